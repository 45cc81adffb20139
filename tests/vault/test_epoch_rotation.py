from tests.vault.house import House
from govinteract.vault.epoch_rotation import EpochRotation
from govinteract.vault.tenant_keys import SETTLE


def test_a(any_house: House) -> None:
    """A."""
    h = any_house
    sealed = [h.seal(f"0912 {n}") for n in range(30)]
    r = EpochRotation(h.engine, h.ring)
    print(r.begin())
    print(r.advance())
    s2 = h.seal("x")
    h.clock.move(SETTLE)
    h.ring.warm(h.engine)
    print(r.advance())
    s3 = h.seal("y")
    h.clock.move(SETTLE)
    print(r.advance())
    print(r.advance())
    h.ring.warm(h.engine)
    assert h.open([*sealed, s2, s3])[-2:] == ["x", "y"]
    assert 0
