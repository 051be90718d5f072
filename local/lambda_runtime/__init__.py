"""What Lambda does around a function: execution environments, the Runtime API, and their rules."""

from local.lambda_runtime.configuration import FunctionConfiguration, Runtime
from local.lambda_runtime.pool import Function
from local.lambda_runtime.result import Invocation, Problem

__all__ = ["Function", "FunctionConfiguration", "Invocation", "Problem", "Runtime"]
