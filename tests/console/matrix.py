"""Who may do what with whose: role × route × owner, written down a second time (FAULTS S3).

Roles: g(uest), s(taff), o(perator), l(ead), (o)f(ficer), a(dmin). Whose: `never` one's own (a request, plan,
review or sign-in), `same` for everybody's, `only` one's own, `key` whoever has the address, `-` nobody's.
Last: the answer to who may do it where there is no such thing.
"""

from __future__ import annotations

from dataclasses import dataclass

MATRIX = """
GET  /healthz                                   gsolfa -     -
GET  /readyz                                    gsolfa -     -
GET  /sign-in                                   gsolfa -     -
POST /sign-in                                   gsolfa -     -
POST /sign-out                                  .solfa only  -
GET  /s/{token}                                 gsolfa key   404
POST /s/{token}/answer                          gsolfa key   404
POST /s/{token}/dates                           gsolfa key   404
POST /s/{token}/withdraw                        gsolfa key   404
GET  /c/{token}                                 gsolfa key   404
POST /c/{token}                                 gsolfa key   404
POST /c/{token}/refuse                          gsolfa key   404
POST /hooks/kintone/{app}/{secret}              gsolfa key   404
GET  /                                          .solfa -     -
GET  /queue                                     ..ol.. -     -
POST /queue/reassign                            ..ol.. -     -
POST /queue/hold                                ..ol.. -     -
GET  /requests                                  ..olf. -     -
GET  /requests/new                              ..ol.. -     -
POST /requests/new                              ..ol.. -     -
POST /requests/new/look                         ..ol.. -     -
GET  /requests/{number}                         ..olf. same  404
GET  /requests/{number}/original                ..olf. same  404
GET  /requests/{number}/attachments/{index}     ..olf. same  404
POST /requests/{number}/check                   ..ol.. same  404
POST /requests/{number}/correct                 ..ol.. same  404
POST /requests/{number}/run                     ..ol.. never 404
POST /requests/{number}/undo                    ..ol.. same  404
GET  /requests/{number}/decide/{decision}       ..ol.. same  404
POST /requests/{number}/decide/{decision}       ..ol.. same  404
POST /requests/{number}/attest                  ..ol.. never 404
POST /requests/{number}/take                    ..ol.. same  404
POST /requests/{number}/dates                   ..ol.. same  404
POST /requests/{number}/seen                    ..ol.. same  404
POST /requests/{number}/record-seen             ..ol.. same  404
POST /requests/{number}/replan                  ..ol.. same  404
POST /requests/{number}/inquiry/{act}           ..ol.. same  404
POST /requests/{number}/owner-check             ..ol.. never 404
POST /requests/{number}/owner-link              ..ol.. same  404
GET  /approvals                                 ..olf. -     -
GET  /approvals/{plan}                          ..olf. same  404
GET  /approvals/{plan}/export.csv               ..olf. same  404
POST /approvals/{plan}                          ..olf. never 404
POST /approvals/{plan}/send-back                ..olf. same  404
POST /approvals/{plan}/remake                   ..olf. same  404
GET  /checks                                    ....f. -     -
POST /checks                                    ....f. -     -
POST /checks/{step}                             ....f. never 404
GET  /reviews                                   ..olf. -     -
POST /reviews/{review}                          ..olf. never 404
POST /reviews/{review}/settle                   ...l.. same  404
GET  /work-items                                ..olf. -     -
GET  /work-items/{step}                         ..olf. same  404
POST /work-items/{step}                         ..olf. same  404
POST /work-items/{step}/ticks                   ..olf. same  404
GET  /work-items/{step}/export.csv              ..olf. same  404
POST /work-items/{step}/password                ..ol.. never 303
GET  /outbox                                    ..ol.. -     -
POST /outbox/letters/{letter}/settle            ..ol.. same  404
POST /outbox/letters/{letter}/resend            ..ol.. same  404
GET  /outbox/steps/{step}                       ..ol.. same  404
POST /outbox/steps/{step}/retry                 ..ol.. same  404
POST /outbox/steps/{step}/accept                ..ol.. same  404
POST /outbox/steps/{step}/hand-over             ..ol.. same  404
POST /outbox/steps/{step}/give-up               ..ol.. same  404
POST /outbox/jobs/{job}/unpark                  ..ol.. same  404
GET  /ledgers                                   ..olf. -     -
GET  /ledgers/{ledger}                          ..olf. same  404
GET  /ledgers/{ledger}/export.csv               ..olf. same  404
GET  /ledgers/{ledger}/{key}                    ..olf. same  404
GET  /audit                                     ...lfa -     -
POST /audit/export                              ...lfa -     -
POST /audit/verify                              ...lfa -     -
POST /api/v1/requests                           gsolfa key   403
GET  /forms                                     .solfa -     -
GET  /forms/done/{number}                       .solfa only  404
GET  /forms/{service}                           .solfa -     404
POST /forms/{service}                           .solfa only  404
POST /forms/{service}/look                      .solfa only  404
POST /forms/{service}/rows                      .solfa only  404
GET  /my                                        .solfa only  -
GET  /my/requests/{number}                      .solfa only  404
GET  /my/section                                .solfa only  -
GET  /my/section/{number}                       .solfa only  404
POST /my/section/{number}/answer                .solfa only  404
POST /my/section/{number}/withdraw              .solfa only  404
GET  /my/sign-in                                .solfa only  -
POST /my/sign-in/others                         .solfa only  -
POST /my/sign-in/password                       .solfa only  -
GET  /settings/people                           ...l.a -     -
GET  /settings/people/{number}                  ...l.a same  404
GET  /settings/sign-ins/{login}                 ...l.a same  404
POST /settings/sign-ins/{login}                 ...l.a never 404
POST /settings/sign-ins/{login}/close           ...l.a same  404
"""


@dataclass(frozen=True)
class Row:
    """One route."""

    method: str
    path: str
    roles: str
    whose: str
    missing: str


ROWS = tuple(Row(*line.split()) for line in MATRIX.strip().splitlines())
