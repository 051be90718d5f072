"""The emulator's process: started, watched and ended from here; and clients for it."""

from __future__ import annotations

import os
import ssl
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import boto3
import httpx
from botocore.config import Config

from local.processes import Child, StartError, free_port, wait_until
from local.toolbox import ROOT, environment_of

START = Path(__file__).with_name("start.py")
REQUIREMENTS = ROOT / "local" / "ministack-requirements.txt"


@dataclass(frozen=True)
class Identity:
    """Where the emulated AWS believes to be: those of the deployment's instances."""

    account: str = "111122223333"
    region: str = "eu-central-1"

    @classmethod
    def of_arn(cls, arn: str) -> Identity:
        """Take account and Region from any ARN that has them."""
        parts = arn.split(":")
        return cls(account=parts[4], region=parts[3])


class Aws:
    """One ministack, on 127.0.0.1 and a free port, with its state in a folder that goes when it goes.

    ``secure=True`` serves HTTPS and enforces IAM policies, roles included (``certificate`` is what clients must trust).
    Raises ``StartError`` with the end of the log when it does not come up.
    """

    def __init__(self, identity: Identity, logs: Path, *, secure: bool = False) -> None:
        self.identity = identity
        self.secure = secure
        self._state = tempfile.TemporaryDirectory(prefix="contact-transfer-aws-")
        self._log = logs / "aws.log"
        self._child: Child | None = None
        self._port = 0

    @property
    def endpoint(self) -> str:
        """URL of the emulator."""
        return f"https://localhost:{self._port}" if self.secure else f"http://127.0.0.1:{self._port}"

    @property
    def access_key_id(self) -> str:
        """The account's number: the CDK's command line remembers, for good, to which account an access key belongs."""
        return self.identity.account

    @property
    def certificate(self) -> Path:
        """The certificate that clients must trust when the emulator uses TLS."""
        return Path(self._state.name) / "ministack-tls" / "server.crt"

    def environment(self) -> dict[str, str]:
        """Return what any AWS client needs in its environment to reach the emulator."""
        variables = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": self.identity.region,
            "AWS_DEFAULT_REGION": self.identity.region,
        }
        return variables | ({"AWS_CA_BUNDLE": str(self.certificate)} if self.secure else {})

    def client(self, service: str, **overrides: Any) -> Any:
        """Return a boto3 client of the emulator; ``overrides`` go to ``boto3.client``."""
        return boto3.client(
            service,  # type: ignore[call-overload]  # the service is a variable here
            **{
                "endpoint_url": self.endpoint,
                "region_name": self.identity.region,
                "aws_access_key_id": self.access_key_id,
                "aws_secret_access_key": "test",
                "verify": str(self.certificate) if self.secure else None,
                "config": Config(retries={"mode": "standard", "total_max_attempts": 2}, max_pool_connections=32),
                **overrides,
            },
        )

    def put_service_events(self, entries: list[dict[str, Any]]) -> None:
        """Put events that an AWS service would send (source ``aws.connect``) on the default bus.

        ``entries``: as PutEvents takes them. Raise ``ValueError`` when the emulator refuses one.
        """
        answer = self._http().post(f"{self.endpoint}/_local/service-events", json={"Entries": entries})
        if answer.raise_for_status().json()["FailedEntryCount"]:
            raise ValueError(f"the emulator refused a service event: {answer.text}")

    def invocations(self) -> list[dict[str, Any]]:
        """Return what functions have been invoked with since this was asked last: ``function``, its name, and ``event``.

        An invocation with an ``id`` waits for its answer.
        """
        answer = self._http().get(f"{self.endpoint}/_local/invocations")
        return list(answer.raise_for_status().json())

    def answer_invocation(self, number: str, payload: bytes, *, failed: bool) -> None:
        """Answer the invocation of that ``id`` with what the function returned or, if it ``failed``, with the error that it ended in."""
        answer = {"body": payload.decode(errors="replace"), "failed": failed}
        self._http().post(f"{self.endpoint}/_local/invocations/{number}", json=answer).raise_for_status()

    def function_credentials(self, name: str) -> dict[str, str]:
        """Return the environment variables with the credentials that Lambda would hand to function ``name``."""
        answer = self._http().get(f"{self.endpoint}/_local/function-credentials/{name}")
        return dict(answer.raise_for_status().json())

    def start(self) -> Self:
        """Start it and return when it answers. Raise ``StartError`` when it does not answer."""
        python = environment_of("ministack", REQUIREMENTS, Path(sys.executable))
        for attempt in range(3):  # somebody else may take the free port in between
            self._port = free_port()
            self._child = Child([str(python), str(START)], environment=self._variables(), log=self._log, lifeline=True)
            try:
                wait_until(self._is_up, "the emulated AWS answers", timeout=180)
            except (StartError, TimeoutError) as error:
                self._child.kill()
                if attempt == 2:
                    raise StartError(
                        f"The emulated AWS did not start ({error}). Its log ends:\n{self._child.tail()}"
                    ) from None
            else:
                return self
        raise AssertionError("unreachable")

    def _is_up(self) -> bool:
        if self._child is not None and self._child.exit_status() is not None:
            raise StartError("its process ended")
        try:
            return self._http().get(f"{self.endpoint}/_ministack/health").status_code == 200
        except (httpx.TransportError, FileNotFoundError, ssl.SSLError):  # the certificate is being written
            return False

    def _http(self) -> httpx.Client:
        if not self.secure:
            return _plain
        return httpx.Client(verify=str(self.certificate))

    def _variables(self) -> dict[str, str]:
        variables = {
            **{key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ},
            "PYTHONPATH": str(ROOT),  # the launched script is ours, in ministack's environment
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self._port),
            "MINISTACK_ACCOUNT_ID": self.identity.account,
            "MINISTACK_REGION": self.identity.region,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": "test",
            "TMPDIR": self._state.name,
            "S3_DATA_DIR": f"{self._state.name}/s3",
            "STATE_DIR": f"{self._state.name}/state",
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
        }
        return variables | (
            {"USE_SSL": "1", "AUTH": "true", "AWS_CA_BUNDLE": str(self.certificate)} if self.secure else {}
        )

    def stop(self) -> None:
        """End it and remove its state. Safe to call again."""
        if self._child is not None:
            self._child.kill()
        self._state.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


_plain = httpx.Client(trust_env=False, timeout=30)
