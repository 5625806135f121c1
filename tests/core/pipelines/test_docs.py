"""The examples of the page on pipelines are pipelines."""

import json
import re

import pytest

from samples.servers.process import ROOT
from windrow.core.pipelines.checking import ancestors_of
from windrow.core.pipelines.expressions import check_expression, check_templates
from windrow.core.pipelines.plan import read_plan
from windrow.core.pipelines.schema import ITEM_SCHEMA
from windrow.core.validating import fill

PAGE = (ROOT / "docs" / "doing" / "pipelines.md").read_text()
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_pipeline(example: str) -> None:
    plan = read_plan(fill(ITEM_SCHEMA, json.loads(example), field="item"))

    assert plan.cycle() == []
    assert len(plan.order) == len(plan.steps)
    for step in plan.steps:
        before = ancestors_of(plan, step)
        check_templates(step.parameters, before)
        if step.expression is not None:
            check_expression(step.expression, before)


def test_the_example_for_the_api_is_a_pipeline() -> None:
    (given,) = re.findall(r"-d '(.*?)'\n", PAGE, re.DOTALL)

    assert len(read_plan(json.loads(given)["parameters"]).steps) == 2
