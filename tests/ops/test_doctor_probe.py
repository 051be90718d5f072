"""``transfers doctor`` says when the probe file that a deployment names is old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from transfers_cli.doctor.finding import Level, Subject
from transfers_cli.doctor.probed import probe_file

ARN = "arn:aws:connect:eu-central-1:111122223333:instance/5f0c7e5e-3d0f-4b57-9f2e-0f6d5a9b1c11"


def subject(name: str) -> Subject:
    nothing: Any = frozenset()
    return Subject(name, cast(Any, None), (), nothing, nothing, nothing, nothing, 2.0, 5.0)


@pytest.mark.parametrize(("days", "level"), [(1, Level.GOOD), (89, Level.GOOD), (91, Level.LOOK)])
def test_a_probe_is_old_after_90_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, level: Level) -> None:
    folder = tmp_path / "deployments"
    folder.mkdir()
    ended = (datetime.now(UTC) - timedelta(days=days, hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    observed = {"version": 1, "instanceArn": ARN, "endedAt": ended, "showsWithinSeconds": 1.0, "settings": {}}
    (folder / "probe.json").write_text(json.dumps(observed), "utf-8")
    (folder / "aged.json").write_text(json.dumps({"instanceArns": [ARN], "probeFile": "probe.json"}), "utf-8")
    monkeypatch.chdir(tmp_path)
    (finding,) = probe_file(subject("aged"))
    assert finding.level is level
    assert f"{days} days old" in finding.seen


@pytest.mark.parametrize("name", ["local", "nobody-has-this"])
def test_without_a_probe_file_it_says_nothing(name: str) -> None:
    assert list(probe_file(subject(name))) == []
