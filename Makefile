# A machine with git, make and Python 3.11 or newer (with venv) needs nothing else.
#   make run    everything, at http://127.0.0.1:8000 (PORT, DATA_DIR, DEMO=0, DATABASE_URL, REDIS_URL)
#   make dev    the same with reloading and debug pages
#   make test   all tests; make lint: style, types, migrations; make bench: speeds as ratios
#   make fuzz   asks the API for hours' worth of what its description allows and forbids (N a verb)
#   make lock   resolve the dependencies anew
PYTHON ?= python3
BIN := .venv/bin
# Named by their lock's checksum: a changed lock is another stamp, so it is installed.
sum = $(firstword $(shell cksum < $(1)))
RUN_STAMP := .venv/installed-run-$(call sum,requirements.lock)
DEV_STAMP := .venv/installed-dev-$(call sum,requirements-dev.lock)
# What a process compiled is kept for the next: compiling anew makes each start take three times as
# long, and the tests start some fifty.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run dev test fuzz lint lock bench clean venv

run: $(RUN_STAMP)
	@exec $(BIN)/python manage.py up --end-with-parent

dev: $(DEV_STAMP)
	@DEBUG=1 exec $(BIN)/python manage.py up --end-with-parent --reload

# One process more than most machines of a pipeline have cores: a third of the time one of them waits
# for a page or for a process.
test: $(DEV_STAMP)
	@exec $(BIN)/python -m pytest -n 4 --dist worksteal

fuzz: $(DEV_STAMP)
	@FUZZ=$(or $(N),200) exec $(BIN)/python -m pytest -s tests/leadportal/rest/test_fuzz.py

lint: $(DEV_STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run

bench: $(DEV_STAMP)
	@below=0; for script in bench/[a-z]*.py; do echo "== $$script"; \
	$(BIN)/python "$$script" || below=1; done; exit $$below

lock: venv
	@command -v uv >/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check uv
	@PATH="$$PATH:$(BIN)"; \
	compile="uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml"; \
	$$compile -o requirements.lock && $$compile --extra dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	@echo "Kept: .data, the database."

$(RUN_STAMP): | venv
	@$(call install,requirements.lock)
	@rm -f .venv/installed-* && touch $@

$(DEV_STAMP): | venv
	@$(call install,requirements-dev.lock)
	@rm -f .venv/installed-* && touch $@ $(RUN_STAMP)

define install
echo "Installing $(1) …"; \
if command -v uv >/dev/null; then uv pip install -q --require-hashes --python $(BIN)/python -r $(1); \
else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1); fi
endef

# An interrupted start can leave a venv without pip: made again then.
venv:
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| { echo "LeadPortal needs Python 3.11 or newer; name one: make run PYTHON=python3.12"; exit 1; }; \
	$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	|| { echo "This Python has no venv module; on Debian or Ubuntu: apt install python3-venv"; exit 1; }; \
	rm -rf .venv; $(PYTHON) -m venv .venv; }
