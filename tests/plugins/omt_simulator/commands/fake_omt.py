"""Stands for the whole program in tests of the demo: notes what it was asked, and does the least of it."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path

LOG = Path(sys.argv[1])
WORDS = sys.argv[2:]


def option(name):
    return Path(WORDS[WORDS.index(name) + 1])


def log(*what):
    with LOG.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(what) + "\n")


log(*WORDS)
failing = LOG.with_name("fail")
if failing.is_file() and failing.read_text() == WORDS[0]:
    sys.exit(3)
match WORDS[0]:
    case "simulate":
        folder = Path(WORDS[1])
        folder.mkdir(parents=True)
        spec = {"users": 40, "documents": 2000, "seed": 1}
        for name in spec:
            if f"--{name}" in WORDS:
                spec[name] = int(str(option(f"--{name}")))
        (folder / "truth.json").write_text(json.dumps({"tenant_plans": "ten-sales:9", "spec": spec}))
        (folder / "answers.toml").write_text('accept_agreement = true\n[login]\nuser = "HH"\n')
    case "tenant":
        signal.signal(signal.SIGTERM, lambda *_: (log("tenant", "stopped"), sys.exit(0)))
        print(json.dumps({"url": "http://127.0.0.1:1", "token_file": str(Path(WORDS[2]) / "tokén")}), flush=True)
        print("more that nobody reads", flush=True)
        while True:
            time.sleep(60)
    case "migrate":
        if "--json" in WORDS:
            print(json.dumps({"event": "notice", "message": "migrating live"}), flush=True)
            sent = {"files": 7, "bytes": 70}
            print(json.dumps({"event": "result", "exit_code": 0, "kind": "test", "sent": sent}), flush=True)
        else:
            print("migrating live", flush=True)
        option("--workspace").mkdir(parents=True, exist_ok=True)
        (option("--workspace") / "receipt.json").write_text("{}")
