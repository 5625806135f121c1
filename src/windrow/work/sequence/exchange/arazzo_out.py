"""Export as Arazzo 1.0.1: requests become steps, saved values outputs; what Arazzo cannot say is told."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from windrow.errors import BadInput
from windrow.work.sequence.documents import Dialect
from windrow.work.sequence.strict.language import BadTemplate, Path, parse

SOURCE = "requests"
"""The name of the OpenAPI description that the steps refer to: addresses are free here, and none are in Arazzo."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_USUAL_RETRY = {"retryAfter": 1, "retryLimit": 3}


@dataclass(frozen=True, slots=True)
class Exported:
    """An Arazzo document, the OpenAPI description that it refers to, and what was lost."""

    arazzo: dict[str, Any]
    openapi: dict[str, Any]
    warnings: list[str]


@dataclass(slots=True)
class _Writer:
    document: Mapping[str, Any]
    dialect: Dialect
    steps: list[dict[str, Any]] = field(default_factory=list)
    saved: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Steps by the name that their answer is saved under."""
    inputs: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, Any] = field(default_factory=dict)
    servers: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def write(self, openapi_url: str) -> Exported:
        requests = [each for each in self.document.get("requests") or [] if isinstance(each, dict)]
        names = [_step_id(each, number) for number, each in enumerate(requests)]
        for number, request in enumerate(requests):
            self._step(request, names, number)
        if not self.steps:
            raise BadInput.of("document", "has no request that Arazzo can say")
        title = str(self.document.get("title", "Sequence"))
        workflow: dict[str, Any] = {"workflowId": "sequence", "steps": self.steps}
        if self.inputs:
            workflow["inputs"] = {"type": "object", "properties": self.inputs}
        workflow["outputs"] = {
            name: f"$steps.{step['stepId']}.outputs.{name}" for name, step in self.saved.items()
        } or None
        arazzo = {
            "arazzo": "1.0.1",
            "info": {"title": title, "version": "1.0.0"},
            "sourceDescriptions": [{"name": SOURCE, "url": openapi_url, "type": "openapi"}],
            "workflows": [{key: value for key, value in workflow.items() if value is not None}],
        }
        openapi = {"openapi": "3.1.0", "info": {"title": title, "version": "1.0.0"}, "paths": self.paths}
        return Exported(arazzo, openapi, self.warnings)

    def _step(self, request: Mapping[str, Any], names: list[str], number: int) -> None:
        place, step_id = f"requests[{number}]", names[number]
        method = str(request.get("method", "")).upper()
        if "api" not in request or method not in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
            self.warnings.append(f"{place} is no request over HTTP: left out")
            return
        step: dict[str, Any] = {"stepId": step_id, "operationId": step_id}
        parameters = self._address(request, step_id, method, place)
        parameters += self._parameters(request, place)
        if parameters:
            step["parameters"] = parameters
        if "body" in request and method not in ("GET", "HEAD"):
            kind = _content_type(request)
            step["requestBody"] = {"contentType": kind, "payload": self._filled(request["body"], place)}
        step |= self._criteria(request, names, number)
        for key in ("loop", "__def_loop__", "pages", "break", "continue", "when"):
            if key in request:
                step[f"x-windrow-{key.strip('_')}"] = request[key]
                self.warnings.append(f"{place}.{key} is kept as an extension, which other tools do not follow")
        self.steps.append(step)
        if isinstance(request.get("save_to"), str) and "{{" not in request["save_to"]:
            name = _NOT_IN_NAMES.sub("_", request["save_to"])
            step.setdefault("outputs", {})[name] = "$response.body"
            self.saved[name] = step

    def _address(self, request: Mapping[str, Any], step_id: str, method: str, place: str) -> list[dict[str, Any]]:
        """Notes the operation; returns the parameters of its path."""
        parameters: list[dict[str, Any]] = []
        address = ""
        for part in _parts(request["api"]):
            if isinstance(part, str):
                address += part
                continue
            name = f"p{len(parameters) + 1}"
            address += f"{{{name}}}"
            parameters.append({"name": name, "in": "path", "value": self._expression(part, place)})
        parts = urlsplit(address)
        path = parts.path or "/"
        parameters, queried = _split_query(parts.query, parameters)
        operation: dict[str, Any] = {
            "operationId": step_id,
            "servers": [{"url": f"{parts.scheme}://{parts.netloc}"}],
            "responses": {"default": {"description": "Whatever it answers."}},
        }
        if parameters:
            operation["parameters"] = [
                {"name": each["name"], "in": "path", "required": True, "schema": {"type": "string"}}
                for each in parameters
            ]
        while method.lower() in self.paths.get(path, {}):
            path += "#"  # two steps may ask the same; a description has each operation once
        self.paths.setdefault(path, {})[method.lower()] = operation
        return parameters + queried

    def _parameters(self, request: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
        header = request.get("header", request.get("headers", {}) if self.dialect is Dialect.STRICT else {})
        found = [(name, "header", value) for name, value in (header or {}).items() if name.lower() != "content-type"]
        if self.dialect is Dialect.STRICT:
            found += [(name, "query", value) for name, value in request.get("query", {}).items()]
        return [{"name": name, "in": where, "value": self._filled(value, place)} for name, where, value in found]

    def _criteria(self, request: Mapping[str, Any], names: list[str], number: int) -> dict[str, Any]:
        condition = " || ".join(
            ["$statusCode < 400", *(f"$statusCode == {each}" for each in request.get("expect", []))]
        )
        made: dict[str, Any] = {"successCriteria": [{"condition": condition}]}
        actions: list[dict[str, Any]] = []
        retry = request.get("retry")
        if isinstance(retry, dict):
            limit = {"retryAfter": retry.get("wait", 1), "retryLimit": max(1, retry.get("attempts", 1) - 1)}
            actions.append({"name": "again", "type": "retry", **_USUAL_RETRY, **limit})
        rule = request.get("on_error", "continue" if request.get("ignore_error") else "stop")
        following = rule.get("goto") if isinstance(rule, dict) else None
        if rule == "continue" and number + 1 < len(names):
            following = names[number + 1]
        if following is not None:
            actions.append({"name": "go_on", "type": "goto", "stepId": following})
        if actions:
            made["onFailure"] = actions
        return made

    # Values.

    def _filled(self, value: Any, place: str) -> Any:
        match value:
            case str():
                return self._text(value, place)
            case dict():
                return {key: self._filled(each, place) for key, each in value.items()}
            case list() if self.dialect is Dialect.STRICT:
                return [self._filled(each, place) for each in value]
            case _:
                return value

    def _text(self, text: str, place: str) -> str:
        parts = _parts(text)
        if len(parts) == 1 and isinstance(parts[0], Path) and parts[0].literal is None:
            return self._expression(parts[0], place)
        return "".join(each if isinstance(each, str) else self._within(each, place) for each in parts)

    def _within(self, path: Path, place: str) -> str:
        return path.literal if path.literal is not None else f"{{{self._expression(path, place)}}}"

    def _expression(self, path: Path, place: str) -> str:
        keys = [str(each) for each in path.keys if not isinstance(each, Path)]
        if len(keys) != len(path.keys) or path.root not in ("#", "$", "secret"):
            raise BadInput.of(place, f"{path.said} cannot be said in Arazzo")
        if path.root == "secret":
            return self._input([f"secret_{keys[0]}"], {"type": "string"})
        if path.root == "#" and keys and keys[0] in self.saved:
            return self._output(self.saved[keys[0]], keys[0], keys[1:])
        if path.root == "$" and self.steps:
            return self._output(self.steps[-1], "answer", keys)
        return self._input(keys, _schema_of(self.document.get("persistence", {}), keys))

    def _output(self, step: dict[str, Any], name: str, keys: list[str]) -> str:
        output = _NOT_IN_NAMES.sub("_", "_".join([name, *keys]))
        pointer = "".join("/" + each.replace("~", "~0").replace("/", "~1") for each in keys)
        step.setdefault("outputs", {})[output] = f"$response.body{'#' + pointer if pointer else ''}"
        return f"$steps.{step['stepId']}.outputs.{output}"

    def _input(self, keys: list[str], schema: dict[str, Any]) -> str:
        name = _NOT_IN_NAMES.sub("_", "_".join(keys)) or "all"
        self.inputs[name] = schema
        return f"$inputs.{name}"


def export_arazzo(document: Mapping[str, Any], dialect: Dialect, *, openapi_url: str) -> Exported:
    """The part of a document that has no loops, as Arazzo. `openapi_url` is where the description will be.

    Raises `BadInput` for a template that Arazzo has no expression for.
    """
    return _Writer(document, dialect).write(openapi_url)


def _split_query(query: str, parameters: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The parameters of the path, and those of the query, which descriptions do not have in their paths."""
    held = {f"{{{each['name']}}}": each["value"] for each in parameters}
    queried = []
    for name, _, value in (each.partition("=") for each in query.split("&") if each):
        for mark, expression in held.items():
            value = expression if value == mark else value.replace(mark, f"{{{expression}}}")
        queried.append({"name": unquote(name), "in": "query", "value": unquote(value)})
    return [each for each in parameters if f"{{{each['name']}}}" not in query], queried


def _parts(text: Any) -> tuple[str | Path, ...]:
    try:
        return parse(str(text))
    except BadTemplate:
        return (str(text),)  # in the compat dialect what is no template stays text


def _step_id(request: Mapping[str, Any], number: int) -> str:
    named = request.get("name") or request.get("save_to")
    if not isinstance(named, str) or "{{" in named:
        named = "step"
    return f"{_NOT_IN_NAMES.sub('_', named)}_{number + 1}" if named == "step" else _NOT_IN_NAMES.sub("_", named)


def _content_type(request: Mapping[str, Any]) -> str:
    header = request.get("header") or request.get("headers") or {}
    return next((str(value) for name, value in header.items() if name.lower() == "content-type"), "application/json")


def _schema_of(saved: Any, keys: list[str]) -> dict[str, Any]:
    for key in keys:
        saved = saved.get(key) if isinstance(saved, Mapping) else None
    return {"default": json.loads(json.dumps(saved))}
