"""Whether a stack can hold a deployment. Policies name account and Region, so they must be known, and be the settings'."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from aws_cdk import Stack, Token
from constructs import Construct, IConstruct

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.settings.model import DeploymentSettings

#: Of each app, the paths of the deployments in it, by account, Region and name.
_deployments: WeakKeyDictionary[IConstruct, dict[tuple[str, str, str], str]] = WeakKeyDictionary()


def check_placement(construct: Construct, settings: DeploymentSettings) -> None:
    """Raise ``DeploymentError`` when the construct's stack, or its app, cannot hold the deployment."""
    _check_environment(Stack.of(construct), settings)
    _check_name(construct.node.root, construct, settings)


def _check_environment(stack: Stack, settings: DeploymentSettings) -> None:
    place = settings.place
    wanted = f"deployment '{settings.name}' serves instances of account {place.account} in {place.region}"
    remedy = f"give the stack env=Environment(account='{place.account}', region='{place.region}')"
    if Token.is_unresolved(stack.account) or Token.is_unresolved(stack.region):
        raise DeploymentError(f"Stack '{stack.stack_name}' has no account and Region, and {wanted}: {remedy}.")
    if (stack.account, stack.region) != (place.account, place.region):
        raise DeploymentError(
            f"Stack '{stack.stack_name}' is of account {stack.account} in {stack.region}, and {wanted}: {remedy}."
        )


def _check_name(root: IConstruct, construct: Construct, settings: DeploymentSettings) -> None:
    """Names of resources begin with the deployment's, so each account and Region takes a name once."""
    paths = _deployments.setdefault(root, {})
    key = (settings.place.account, settings.place.region, settings.name)
    if (other := paths.get(key)) is not None:
        raise DeploymentError(
            f"'{construct.node.path}' and '{other}' are both deployment '{settings.name}': give each settings of another name."
        )
    paths[key] = construct.node.path
