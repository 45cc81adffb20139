// The map of step two: a click or a drag says where; Leaflet draws tiles or the picture.
document.addEventListener("gi:map", (event) => {
  "use strict";
  const place = event.detail, form = place.closest("form"), data = place.dataset;
  const lat = form.elements.lat, lon = form.elements.lon, told = document.getElementById("map-said");
  const [south, west, north, east] = data.bounds.split(",").map(Number);
  const bounds = L.latLngBounds([south, west], [north, east]);
  const plain = document.getElementById("map-plain");
  if (plain) plain.remove();
  place.hidden = false;

  const map = L.map(place, { maxBounds: bounds.pad(0.1), zoomControl: false, attributionControl: false, zoomSnap: 0, zoomDelta: 0.75, wheelPxPerZoomLevel: 90 });
  L.control.zoom({ zoomInTitle: data.in, zoomOutTitle: data.out }).addTo(map);
  if (data.attribution) L.control.attribution({ prefix: false }).addAttribution(data.attribution).addTo(map);
  if (data.tiles) L.tileLayer(data.tiles, { maxZoom: 19 }).addTo(map);
  else L.imageOverlay(data.picture, bounds, { alt: data.label }).addTo(map);
  map.setView(bounds.getCenter(), map.getBoundsZoom(bounds, true));
  map.setMinZoom(map.getBoundsZoom(bounds));

  const pin = L.divIcon({ className: "map-pin", iconSize: [32, 40], iconAnchor: [16, 38] });
  let marker = null;
  function choose(at) {
    if (!marker) {
      marker = L.marker(at, { icon: pin, draggable: true, keyboard: false }).addTo(map);
      marker.getElement().setAttribute("aria-hidden", "true"); // the line above the map says it
      marker.on("dragend", () => choose(marker.getLatLng()));
    }
    marker.setLatLng(at);
    lat.value = at.lat.toFixed(6);
    lon.value = at.lng.toFixed(6);
    told.textContent = told.dataset.chosen;
    told.className = "hint chosen-place";
  }
  if (lat.value && lon.value) choose(L.latLng(Number(lat.value), Number(lon.value)));
  map.on("click", (click) => choose(click.latlng));

  // Keys: the map's own arrows move it, and Enter marks its middle.
  place.setAttribute("role", "application");
  place.setAttribute("aria-label", data.label);
  place.addEventListener("keydown", (key) => {
    if (key.key !== "Enter" || key.target !== place) return;
    key.preventDefault();
    choose(map.getCenter());
  });

  if (navigator.geolocation) {
    const here = document.createElement("button");
    Object.assign(here, { type: "button", className: "here", textContent: data.here });
    here.addEventListener("click", () => map.locate({ setView: true, maxZoom: 17 }));
    place.after(here);
  }
});
