"""Kubernetes accepts the manifests, they belong together, and their pods may do little."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from samples.servers.process import ROOT
from tests.deploy.files import CELERY_VARIANT, KUBERNETES, SECRETS, documents
from windrow.cli.app import root
from windrow.processes.api import API_GRACE
from windrow.processes.living import MARGIN
from windrow.settings import Settings, load_settings

Manifest = dict[str, Any]

VERSIONS = ("1.29", kubernetes_validate.latest_version().rpartition(".")[0])
MOUNTED = "/run/secrets/windrow"

(KUSTOMIZATION,) = documents(KUBERNETES / "kustomization.yaml")
FILES = sorted(path for path in KUBERNETES.glob("*.yaml") if path.name != "kustomization.yaml")
MANIFESTS = [manifest for file in FILES for manifest in documents(file)]
(CELERY,) = documents(CELERY_VARIANT / "configmap.yaml")


def called(manifest: Manifest) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def of_kind(kind: str) -> list[Manifest]:
    return [each for each in MANIFESTS if each["kind"] == kind]


def one(kind: str) -> Manifest:
    (found,) = of_kind(kind)
    return found


def pod_of(deployment: Manifest) -> Manifest:
    pod: Manifest = deployment["spec"]["template"]["spec"]
    return pod


def container_of(deployment: Manifest) -> Manifest:
    (container,) = pod_of(deployment)["containers"]
    assert isinstance(container, dict)
    return container


def labels_of(deployment: Manifest) -> Manifest:
    labels: Manifest = deployment["spec"]["template"]["metadata"]["labels"]
    return labels


DEPLOYMENTS = [pytest.param(each, id=called(each)) for each in of_kind("Deployment")]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", [pytest.param(each, id=called(each)) for each in (*MANIFESTS, CELERY)])
def test_kubernetes_accepts_a_manifest(manifest: Manifest, version: str) -> None:
    assert kubernetes_validate.validate(manifest, version, strict=True) == version


@pytest.mark.parametrize(
    ("file", "said", "instead"),
    [
        ("api.yaml", "enableServiceLinks: false", "enableServiceLink: false"),
        ("worker.yaml", "runAsNonRoot: true", "runAsNonRoot: sometimes"),
        ("data.yaml", 'accessModes: ["ReadWriteMany"]', "accessModes: ReadWriteMany"),
    ],
)
def test_the_schemas_would_tell_what_is_wrong(file: str, said: str, instead: str) -> None:
    text = (KUBERNETES / file).read_text()
    assert said in text

    wrong = next(yaml.safe_load_all(text.replace(said, instead)))

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_all_manifests_but_the_examples_are_applied() -> None:
    applied = [file.name for file in FILES if not file.name.endswith(".example.yaml")]

    assert sorted(KUSTOMIZATION["resources"]) == applied
    assert {"api.yaml", "clock.yaml", "worker.yaml"} <= set(applied)


def test_the_variant_with_celery_changes_what_there_is() -> None:
    (variant,) = documents(CELERY_VARIANT / "kustomization.yaml")

    (base,) = [(CELERY_VARIANT / each).resolve() for each in variant["resources"]]
    assert base == KUBERNETES
    assert not CELERY_VARIANT.is_relative_to(base), "kustomize calls that a circle"
    assert [patch["path"] for patch in variant["patches"]] == ["configmap.yaml"]
    assert called(CELERY) == called(one("ConfigMap"))
    assert {image["name"] for image in variant["images"]} == {"windrow"}


def test_there_are_two_apis_two_clocks_and_workers() -> None:
    replicas = {each["metadata"]["name"]: each["spec"]["replicas"] for each in of_kind("Deployment")}

    assert replicas == {"windrow-api": 2, "windrow-clock": 2, "windrow-worker": 2}


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_pod_may_do_little(deployment: Manifest) -> None:
    pod, container = pod_of(deployment), container_of(deployment)

    assert (pod["enableServiceLinks"], pod["automountServiceAccountToken"]) == (False, False)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_pod_has_the_folder_that_all_share_and_one_for_scratch(deployment: Manifest) -> None:
    mounted = {each["mountPath"]: each["name"] for each in container_of(deployment)["volumeMounts"]}
    volumes = {each["name"]: each for each in pod_of(deployment)["volumes"]}
    claim = one("PersistentVolumeClaim")

    assert set(mounted) == {"/data", "/tmp", MOUNTED}
    assert volumes[mounted["/data"]]["persistentVolumeClaim"] == {"claimName": claim["metadata"]["name"]}
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert "emptyDir" in volumes[mounted["/tmp"]]
    assert volumes[mounted[MOUNTED]]["secret"]["secretName"] == one("Secret")["metadata"]["name"]
    assert "WINDROW_DATA=/data" in (ROOT / "deploy/container/Dockerfile").read_text()


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_pod_is_given_longer_to_stop_than_it_takes(deployment: Manifest) -> None:
    container = container_of(deployment)
    before = float(container["lifecycle"]["preStop"]["exec"]["command"][1]) if "lifecycle" in container else 0.0
    drain = float(one("ConfigMap")["data"]["WINDROW_DRAIN_SECONDS"])
    takes = before + (drain if container["args"] == ["worker"] else API_GRACE) + MARGIN

    assert drain == Settings.model_fields["drain_seconds"].default
    assert pod_of(deployment)["terminationGracePeriodSeconds"] > takes


@pytest.mark.parametrize("more", [{}, CELERY["data"]], ids=["embedded", "celery"])
@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_pod_starts_a_command_with_its_settings(
    deployment: Manifest, more: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = container_of(deployment)
    for secret, value in SECRETS.items():
        (tmp_path / secret).write_text(value)
    given = one("ConfigMap")["data"] | more | {each["name"]: each["value"] for each in container["env"]}
    for variable, value in given.items():
        monkeypatch.setenv(variable, value.replace(MOUNTED, str(tmp_path)))

    settings = load_settings()

    assert container["args"] == [labels_of(deployment)["app.kubernetes.io/component"]]
    assert container["args"][0] in root().commands
    assert container["envFrom"] == [{"configMapRef": {"name": one("ConfigMap")["metadata"]["name"]}}]
    assert settings.database == "postgresql+psycopg://windrow:secret@database/windrow"
    assert settings.secret_key is not None
    assert (settings.admin_password is not None) == (container["args"] == ["api"])
    assert settings.engine == ("celery" if more else "embedded")


def test_the_example_of_a_secret_has_all_files_that_are_read() -> None:
    named = [each["value"] for deployment in of_kind("Deployment") for each in container_of(deployment)["env"]]

    assert {f"{MOUNTED}/{key}" for key in one("Secret")["stringData"]} == set(named)


def test_what_chooses_pods_finds_those_it_means() -> None:
    pods = {each["metadata"]["name"]: labels_of(each) for each in of_kind("Deployment")}
    selectors = {
        called(each): each["spec"]["selector"].get("matchLabels", each["spec"]["selector"])
        for kind in ("Deployment", "PodDisruptionBudget", "Service")
        for each in of_kind(kind)
    }

    found = {
        name: [pod for pod, labels in pods.items() if selector.items() <= labels.items()]
        for name, selector in selectors.items()
    }

    assert found == {
        **{f"{kind} {pod}": [pod] for kind in ("Deployment", "PodDisruptionBudget") for pod in pods},
        "Service windrow": ["windrow-api"],
    }


def test_the_ingress_leads_to_the_port_of_the_api() -> None:
    (rule,) = one("Ingress")["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    (port,) = one("Service")["spec"]["ports"]
    (api,) = [each for each in of_kind("Deployment") if container_of(each)["args"] == ["api"]]

    assert path["backend"]["service"] == {"name": one("Service")["metadata"]["name"], "port": {"name": port["name"]}}
    assert container_of(api)["ports"] == [
        {"name": port["targetPort"], "containerPort": Settings.model_fields["port"].default}
    ]
    assert rule["host"] in one("ConfigMap")["data"]["WINDROW_BASE_URL"]
