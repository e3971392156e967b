"""Errors of the tree of toolkit.errors that only checks raise."""

from toolkit.errors import ToolkitError


class ContractUnknown(ToolkitError):
    """The contract has no such read model or command."""

    code = "contract-unknown"


class ContractFileError(ToolkitError):
    """A file of the contract can't be used."""

    code = "contract-file"


class ContractBroken(ToolkitError):
    """A change of the contract breaks those who rely on it."""

    code = "contract-break"
    exit_status = 1


class GitFailed(ToolkitError):
    """git can't tell what was committed."""

    code = "git"


class GeneratedUnwritable(ToolkitError):
    """The code that is made from the contract can't be written."""

    code = "codegen-unwritable"
