"""The usual way, to compare with: a Celery task for each delivery, which reads its row, renders, posts and marks it.

    celery --app benchmarks.deliver_celery worker

It has no lease, no fence, no gates at the wire, no attempts and no second try: what is compared is the price of a task.
"""

from __future__ import annotations

import os
import tempfile
import time
from functools import cache
from pathlib import Path

import httpx
import orjson
import standardwebhooks
from benchmarks.deliver_worker import SECRET
from benchmarks.deliveries import NOW, PROJECT, templates
from celery import Celery
from sqlalchemy import Engine, bindparam, select, update

from firstwin.db.engine import open_database, read, write
from firstwin.db.tables import account, delivery
from firstwin.messages.message import Payload
from firstwin.messages.templates import Templates

app = Celery("bench", broker=os.environ.get("BENCH_BROKER", "memory://"), backend=None)
app.conf.update(task_serializer="json", accept_content=["json"], task_ignore_result=True, worker_prefetch_multiplier=64)
_ROW = (
    select(delivery.c.key, delivery.c.template, account.c.id, account.c.traits)
    .join(account, account.c.id == delivery.c.account_id)
    .where(delivery.c.id == bindparam("wanted"))
)
_DONE = update(delivery).where(delivery.c.id == bindparam("wanted")).values(state="delivered", settled_at=NOW)


@cache
def _engine() -> Engine:
    return open_database(os.environ["BENCH_DATABASE"])


@cache
def _templates() -> Templates:
    return templates(Path(tempfile.mkdtemp(prefix="firstwin-bench-")), PROJECT)


@cache
def _client() -> httpx.Client:
    return httpx.Client()


@app.task(name="deliver")  # type: ignore[untyped-decorator]
def deliver(wanted: int) -> None:
    with read(_engine()) as connection:
        row = connection.execute(_ROW, {"wanted": wanted}).one()
    context = {"account": {"id": row.id, **row.traits}, "why": "Signed up.", "now": NOW}
    message = _templates().render("webhook", row.template, context, key=row.key)
    if not isinstance(message, Payload):
        raise TypeError(message)
    body = orjson.dumps({"type": message.type, "data": message.data})
    moment = time.time()
    signature = standardwebhooks.Webhook(SECRET).sign(row.key, NOW.fromtimestamp(moment, NOW.tzinfo), body.decode())
    headers = {"webhook-id": row.key, "webhook-timestamp": str(int(moment)), "webhook-signature": signature}
    _client().post(os.environ["BENCH_URL"], content=body, headers=headers).raise_for_status()
    with write(_engine()) as connection:
        connection.execute(_DONE, {"wanted": wanted})
