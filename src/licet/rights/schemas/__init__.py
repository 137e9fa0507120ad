"""JSON Schemas of the standards' documents, checked before anything in a document is looked at."""

import json
from functools import cached_property
from importlib import resources

from jsonschema import Draft202012Validator

from licet.errors import DocumentInvalid
from licet.types import shown


class Schema:
    """A schema beside this module, read when it is first needed."""

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def _validator(self) -> Draft202012Validator:
        text = resources.files(__name__).joinpath(f"{self._name}.schema.json").read_text(encoding="utf-8")
        return Draft202012Validator(json.loads(text))

    def check(self, document: object, title: str) -> None:
        """Makes sure that a document follows the schema.

        Raises:
            DocumentInvalid: it does not; says where the first fault is, and what is wrong.
        """
        fault = next(self._validator.iter_errors(document), None)
        if fault is not None:
            where = fault.json_path
            raise DocumentInvalid(
                f"this is no valid {title}: at {shown(where)}, {shown(fault.instance)} breaks the rule "
                f"{fault.validator}: {shown(fault.validator_value)}"
            )
