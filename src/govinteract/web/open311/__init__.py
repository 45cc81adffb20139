"""Open311 GeoReport v2 server (wiki.open311.org/GeoReport_v2, frozen in 2011).

Mount it alone or in the ward's application:

    Mount("/open311/v2", app=open311.part(ward))

What the specification leaves to a server is decided so:

- **Nothing personal comes out.** A request shows the moderated `public_text` as its
  `description` (null until somebody moderated it), the service, the place of the problem,
  the state and the promised date. Address, contact, answers and photos are sealed: they are
  null or absent. Reports to a service that is not public, or marked confidential, are 404
  like ids that do not exist.
- **`service_request_id` is the public id.** The case code, which opens the thread, is never
  given to a program: it goes to the citizen's own phone or e-mail with the message that the
  report arrived. A report without either can be followed by its public id alone.
- **A program is the actor.** Its key names it (`govinteract apikey add NAME`), facts say
  `system:open311.NAME`, a case's source is `open311:NAME`. A header `Idempotency-Key` (IETF
  draft-ietf-httpapi-idempotency-key-header) makes a repeated POST return the first answer.
- **Every service is realtime**: POST returns the id at once and never a token. A client that
  asks `tokens/{token}` all the same gets the request whose id it passes.
- **Language**: `?lang=vi|en`, else Accept-Language, else Vietnamese; errors too.
- **Extensions** that cities have: `page` and `page_size`; `extensions=true` adds `notes`,
  the history of the state; photos as files of a multipart POST.
"""

from govinteract.web.open311.server import part

__all__ = ["part"]
