"""A function as it is deployed, and the environment variables that Lambda makes of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.toolbox import ROOT, TOOLS, environment_of, find_interpreter, say

REQUIREMENTS = ROOT / "local" / "lambda-requirements.txt"


@dataclass(frozen=True)
class FunctionConfiguration:
    """What GetFunctionConfiguration says, ``timeout`` in seconds, ``memory`` in MB, and where the code lies."""

    name: str
    arn: str
    handler: str
    runtime: str
    code: Path
    timeout: float
    memory: int = 128
    variables: Mapping[str, str] = field(default_factory=dict)
    log_format: str = "Text"
    log_level: str = "INFO"
    log_group: str = ""

    @classmethod
    def deployed(cls, answer: Mapping[str, Any], code: Path) -> FunctionConfiguration:
        """Read the answer of GetFunctionConfiguration; ``code`` is the asset's folder."""
        logging = answer.get("LoggingConfig", {})
        return cls(
            name=answer["FunctionName"],
            arn=answer["FunctionArn"],
            handler=answer["Handler"],
            runtime=answer["Runtime"],
            code=code,
            timeout=float(answer["Timeout"]),
            memory=int(answer["MemorySize"]),
            variables=answer.get("Environment", {}).get("Variables", {}),
            log_format=logging.get("LogFormat", "Text"),
            log_level=logging.get("ApplicationLogLevel", "INFO"),
            log_group=logging.get("LogGroup", f"/aws/lambda/{answer['FunctionName']}"),
        )

    def environment(self, region: str, log_stream: str) -> dict[str, str]:
        """Return the function's own variables and those that Lambda defines; Lambda's win.

        Source: "Using Lambda environment variables", defined runtime environment variables. ``AWS_LAMBDA_LOG_FORMAT`` and
        ``AWS_LAMBDA_LOG_LEVEL`` are what the runtime's own client reads. Credentials and endpoints are the caller's part.
        ``log_stream``: the name of the environment's own.
        """
        return {
            **self.variables,
            "_HANDLER": self.handler,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory),
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
            "AWS_LAMBDA_LOG_FORMAT": self.log_format,
            **({"AWS_LAMBDA_LOG_LEVEL": self.log_level} if self.log_format == "JSON" else {}),
            "LAMBDA_TASK_ROOT": str(self.code),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
        }


@dataclass(frozen=True)
class Runtime:
    """An interpreter with Lambda's runtime client beside it, and nothing else."""

    python: Path
    minor: str
    exact: bool

    @classmethod
    def like(cls, runtime: str) -> Runtime:
        """Find the interpreter of ``runtime`` (such as ``python3.13``) on this machine; else take this process's own."""
        wanted = runtime.removeprefix("python")
        own = f"{sys.version_info.major}.{sys.version_info.minor}"
        found = find_interpreter(wanted)
        if found is None:
            say(f"no Python {wanted} on this machine: the functions run on Python {own}")
        minor = wanted if found else own
        python = environment_of(f"lambda-python{minor}", REQUIREMENTS, found or Path(sys.executable))
        return cls(python, minor, exact=found is not None)

    def variables(self) -> dict[str, str]:
        """Keep the interpreter from writing into the code, which is read-only in Lambda.

        Byte code of another minor than the runtime's is kept aside, so that an environment starts as fast as in Lambda.
        """
        if self.exact:
            return {"PYTHONDONTWRITEBYTECODE": "1"}
        return {"PYTHONPYCACHEPREFIX": str(TOOLS / f"bytecode-{self.minor}")}
