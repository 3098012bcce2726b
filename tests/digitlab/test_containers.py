"""Containers start the same processes as `make run`, with every setting."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import yaml

from digitlab import environment
from digitlab.processes import web_server
from tests.lab import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
# The image sets where it listens and where the volume is mounted; a container has the cores that it may use.
OF_THE_IMAGE = {"DIGITLAB_DATA_DIR", "HOST", "PORT", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"}


def test_compose_passes_every_setting() -> None:
    names = {setting.name for setting in environment.SETTINGS}
    missing = {name for name in names - OF_THE_IMAGE if not re.search(rf"^\s+{name}:", COMPOSE, re.MULTILINE)}
    assert missing == set()


def test_compose_passes_the_build_arguments_of_the_image() -> None:
    arguments = set(re.findall(r"^ARG (\w+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    build = COMPOSE[COMPOSE.index("args:") : COMPOSE.index("image:")]
    assert arguments == set(re.findall(r"(\w+): \$", build))


def test_the_image_starts_the_web_process_by_the_command_that_knows_its_options() -> None:
    (command,) = re.findall(r"^CMD (.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert command.startswith('["python", "manage.py", "web"')


def test_people_log_in_to_the_image_and_to_compose() -> None:
    assert re.search(r"^ENV .*\bDIGITLAB_AUTH=login\b", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert re.search(r"^ +DIGITLAB_AUTH: login$", COMPOSE, re.MULTILINE)


def test_a_limit_on_blas_threads_that_the_user_sets_is_kept(tmp_path: Path) -> None:
    program = "from digitlab.processes import web_server; print(web_server.environment())"

    def environment(**variables: str) -> str:
        command = [sys.executable, "-c", program]
        clean = {"PATH": "/usr/bin", "DIGITLAB_DATA_DIR": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
        return subprocess.run(command, env={**clean, **variables}, capture_output=True, text=True, check=True).stdout

    assert "'OPENBLAS_NUM_THREADS': '1'" in environment()
    assert environment(OPENBLAS_NUM_THREADS="3").strip() == "{}"


def test_the_web_process_has_one_set_of_options() -> None:
    assert web_server.command("0.0.0.0", 8000)[:4] == [sys.executable, "-m", "uvicorn", "digitlab.asgi:application"]


def test_containers_have_no_rights_that_they_do_not_need() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["logging"]["options"].keys() >= {"max-size", "max-file"}, name
        assert service["mem_limit"], name
    assert not any("cap_add" in services[name] for name in ("setup", "web", "worker", "scheduler"))


def test_the_image_has_no_secrets_of_its_folder() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env*", "**/.env", ".data", ".git"} <= set(ignored)


def test_any_password_of_the_database_is_taken(tmp_path: Path) -> None:
    password = "a:b@c/d?e#f%41$g 'h\""
    program = "from django.conf import settings; d = settings.DATABASES['default']; "
    program += "print([d[name] for name in ('HOST', 'PORT', 'NAME', 'USER', 'PASSWORD')])"
    environment = {
        "PATH": "/usr/bin",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        "DJANGO_SETTINGS_MODULE": "digitlab.settings",
        "DIGITLAB_DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "DATABASE_HOST": "postgres:5433",
        "DATABASE_PASSWORD": password,
    }
    command = [sys.executable, "-c", program]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert ast.literal_eval(answer) == ["postgres", "5433", "digitlab", "digitlab", password]
