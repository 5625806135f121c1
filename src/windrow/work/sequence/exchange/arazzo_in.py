"""Import of Arazzo 1.0: steps become requests, outputs saved values; what has no counterpart is told."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from windrow.errors import BadInput

Source = Callable[[str, str], Any]
"""Gives the OpenAPI description of a name and URL, as plain JSON. Raises `BadInput`."""

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_INPUT = re.compile(r"\$inputs\.([\w-]+)")
_OUTPUT = re.compile(r"\$steps\.([\w-]+)\.outputs\.([\w-]+)")
_BODY = re.compile(r"\$response\.body(?:#(/.*))?")
_HEADER = re.compile(r"\$response\.header\.([\w-]+)")
_EMBEDDED = re.compile(r"\{(\$[^{}]+)\}")
_STATUS = re.compile(r"\s*\$statusCode\s*(==|<|<=)\s*(\d{3})\s*")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]")


@dataclass(slots=True)
class _Reader:
    source: Source
    document: Mapping[str, Any]
    warnings: list[str] = field(default_factory=list)
    descriptions: dict[str, Any] = field(default_factory=dict)

    def read(self) -> dict[str, Any]:
        for each in self.document.get("sourceDescriptions", []):
            if each.get("type", "openapi") == "openapi":
                self.descriptions[each["name"]] = self.source(each["name"], each["url"])
        workflows = self.document["workflows"]
        if len(workflows) > 1:
            self.warnings.append(f"only the first of {len(workflows)} workflows is taken over")
        workflow = workflows[0]
        steps = [self._step(each) for each in workflow["steps"]]
        properties = workflow.get("inputs", {}).get("properties", {})
        persistence = {_name(key): schema.get("default") for key, schema in properties.items()}
        title = str(self.document.get("info", {}).get("title", ""))
        return {"dialect": "strict", "title": title, "persistence": persistence, "requests": steps}

    def _step(self, given: Mapping[str, Any]) -> dict[str, Any]:
        name = given["stepId"]
        method, url = self._operation(given)
        header: dict[str, Any] = {}
        query: dict[str, Any] = {}
        for each in given.get("parameters", []):
            value = self._value(each.get("value"))
            match each.get("in"):
                case "header":
                    header[each["name"]] = value
                case "query":
                    query[each["name"]] = value
                case "path":
                    url = url.replace(f"{{{each['name']}}}", str(value))
                case where:
                    self.warnings.append(f"{name}: the parameter {each.get('name')} in {where} is left out")
        step: dict[str, Any] = {"name": _label(name), "method": method, "api": url.rstrip("#")}
        body = given.get("requestBody")
        if isinstance(body, Mapping) and "payload" in body:
            step["body"] = self._value(body["payload"])
            if body.get("contentType", "application/json") != "application/json":
                header["Content-Type"] = body["contentType"]
        step |= {key: value for key, value in (("header", header), ("query", query)) if value}
        return step | self._criteria(given, name) | self._actions(given, name) | self._outputs(given, name)

    def _operation(self, given: Mapping[str, Any]) -> tuple[str, str]:
        """Method and address. Raises `BadInput` for a step that is no request."""
        wanted = str(given.get("operationId", "")).rpartition(".")[2]
        path_of = str(given.get("operationPath", ""))
        for name, description in self.descriptions.items():
            for path, item in description.get("paths", {}).items():
                for method in _METHODS:
                    operation = item.get(method)
                    pointer = f"#/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"
                    named = path_of.endswith(pointer) and (name in path_of or "{" not in path_of)
                    if operation is not None and (named or (wanted and operation.get("operationId") == wanted)):
                        servers = operation.get("servers") or item.get("servers") or description.get("servers") or [{}]
                        return method.upper(), str(servers[0].get("url", "")).rstrip("/") + path
        told = f"step {given.get('stepId')} names no operation of the descriptions here"
        raise BadInput.of("file", told + "; steps that run other workflows cannot be taken over")

    def _criteria(self, given: Mapping[str, Any], name: str) -> dict[str, Any]:
        expect: list[int] = []
        for each in given.get("successCriteria", []):
            for condition in str(each.get("condition", "")).split("||"):
                found = _STATUS.fullmatch(condition)
                if found is None or each.get("type", "simple") != "simple":
                    self.warnings.append(f"{name}: the criterion {condition.strip()!r} is left out")
                elif found[1] == "==" and int(found[2]) >= 400:
                    expect.append(int(found[2]))
        return {"expect": expect} if expect else {}

    def _actions(self, given: Mapping[str, Any], name: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for each in given.get("onFailure", []):
            match each.get("type"):
                case "retry":
                    attempts = min(20, int(each.get("retryLimit", 1)) + 1)
                    made["retry"] = {"attempts": attempts, "wait": each.get("retryAfter", 1), "factor": 1}
                case "goto" if "stepId" in each:
                    made["on_error"] = {"goto": _label(each["stepId"])}
                case "end":
                    made["on_error"] = "stop"
                case _:
                    self.warnings.append(f"{name}: an action on failure is left out")
        if given.get("onSuccess"):
            self.warnings.append(f"{name}: its actions on success are left out")
        return made

    def _outputs(self, given: Mapping[str, Any], name: str) -> dict[str, Any]:
        outputs = {
            _name(f"{name}_{key}"): self._value(expression) for key, expression in given.get("outputs", {}).items()
        }
        return {"set": outputs} if outputs else {}

    def _value(self, value: Any) -> Any:
        match value:
            case str() if value.startswith("$"):
                return f"{{{{ {self._path(value)} }}}}"
            case str():
                plain = value.replace("{{", '{{ "{{" }}')
                return _EMBEDDED.sub(lambda found: f"{{{{ {self._path(found[1])} }}}}", plain)
            case dict():
                return {key: self._value(each) for key, each in value.items()}
            case list():
                return [self._value(each) for each in value]
            case _:
                return value

    def _path(self, expression: str) -> str:
        if found := _INPUT.fullmatch(expression):
            return f"#.{_name(found[1])}"
        if found := _OUTPUT.fullmatch(expression):
            return f"#.{_name(f'{found[1]}_{found[2]}')}"
        if found := _HEADER.fullmatch(expression):
            return f'answer.headers["{found[1].lower()}"]'
        if expression == "$statusCode":
            return "answer.status"
        if found := _BODY.fullmatch(expression):
            keys = [each.replace("~1", "/").replace("~0", "~") for each in (found[1] or "").split("/")[1:]]
            return "$" + "".join(f'["{each}"]' for each in keys)
        raise BadInput.of("file", f"{expression!r} cannot be taken over")


def read_arazzo(document: Any, source: Source) -> tuple[dict[str, Any], list[str]]:
    """A strict document, and what could not be taken over. Raises `BadInput` for what is no Arazzo, or has steps or
    expressions that have no counterpart."""
    try:
        if not str(document["arazzo"]).startswith("1."):
            raise BadInput.of("file", "is not Arazzo 1")
        reader = _Reader(source, document)
        return reader.read(), reader.warnings
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadInput.of("file", f"is not Arazzo as its specification says: {error!r}") from error


def _name(text: Any) -> str:
    return _NOT_IN_NAMES.sub("_", str(text))


def _label(text: Any) -> str:
    label = re.sub(r"[^A-Za-z0-9_-]", "_", str(text))
    return label if re.match(r"[A-Za-z_]", label) else f"step_{label}"
