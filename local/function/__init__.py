"""What Lambda does around a function: execution environments, the Runtime API, and their rules."""

from local.function.configuration import FunctionConfiguration, Runtime
from local.function.pool import Function
from local.function.result import Invocation, Problem

__all__ = ["Function", "FunctionConfiguration", "Invocation", "Problem", "Runtime"]
