# Everything a contributor runs. Each target sets up what it needs in .venv, from a clean clone.
#   make demo [ONCE=1]   serve this repository's own history, and make real calls against it
#   make test            the tests, on SQLite            make test-postgres    rows on PostgreSQL, shared caches
#   make test-slow       the tests marked slow, which make test leaves out
#   make test-sentry     the tests inside a real Sentry  make test-clients     clients in other languages, browsers
#   make test-sentry-shapes  a miniature of what changed in Sentry 25 and 26
#   make test-vendors    the vendors' fakes, judged by the vendors' schemas and by clients that others wrote; answers changed
#                        in 24 ways for each RPC, or ANSWERS=N
#   make test-packaging  wheel, sdist, generated code    make test-sentry-sdks  error reports of every sentry-sdk
#   make live VENDOR=github [REPOSITORY=owner/name]   the scenarios against a real vendor: docs/how-to/live.md
#   make lint-prose      the English of pages and code, and how readable each page is
#   make lint            style and types                 make format           let ruff put the style right
#   make protos          generated code from protos/     make lint-protos      buf lint and buf breaking
#   make test-reliability  faults, two servers behind nginx, a short soak    make soak [SECONDS=180]  a long one
#   make test-lifecycle [STARTS=200]  servers started and stopped at random moments under load
#   make abuse [ONLY=TEXT]   hostile repositories and messages against a server: a table of what they cost others
#   make docs            the documentation as a site, in build/site
#   make benchmarks      every benchmark for a moment, to see that it still works
#   make audit           known weaknesses               make fuzz [SECONDS=15 | RUNS=N] [MESSAGES=1]  fuzzing
#   make compat          the generated code on every protobuf and grpcio that is supported
# PYTHON=... chooses the interpreter; by default the first of these that is 3.11 or newer.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# mypy reads the tests' settings, and ends without removing the directory that these make.
MYPY = SCM_GRPC_DATA=$(CURDIR)/build/types $(BIN)/mypy
# Extra arguments, such as make test ARGS="-x -k paging"
ARGS ?=

.PHONY: benchmarks demo test test-slow test-reliability test-lifecycle abuse soak test-postgres test-packaging test-sentry test-sentry-shapes test-sentry-sdks test-vendors live test-clients lint format types protos lint-protos lint-prose compat docs audit fuzz clean
.DELETE_ON_ERROR:

demo: .venv/stamp-embedded
	$(BIN)/sentry-scm-grpc demo $(if $(ONCE),--once)

# The tests run in several processes: two for each core, because some tests wait for servers. With ARGS they run in one.
# All of them read the same compiled files, which somebody may have told Python not to write.
unexport PYTHONDONTWRITEBYTECODE
PARALLEL = $(if $(ARGS),,-n $(shell $(BIN)/python -c 'import os; print(2 * (os.cpu_count() or 1))') --dist worksteal)

# They make and delete many files, which takes a third of the time in memory. TMPDIR names another place.
IN_MEMORY = $(if $(TMPDIR),,TMPDIR=$(shell $(BIN)/python -m tests.memory))

test: .venv/stamp-test
	$(if $(ARGS),,@echo "11,000 tests: about 5 minutes on two cores.")
	$(IN_MEMORY) $(PYTEST) $(PARALLEL) -m "not slow" $(ARGS)

test-slow: .venv/stamp-test
	$(IN_MEMORY) $(PYTEST) $(PARALLEL) -m slow $(ARGS)

# The database does not decide these: the command line and the admin pages, which have SQLite wherever they run, files of
# migrations, what is refused before a row is read, and the texts of the documentation.
ANY_DATABASE = $(addprefix --ignore=tests/hosts/embedded/,test_cli.py test_cli_data.py test_admin.py test_migrations.py) \
	$(addprefix --deselect=tests/dispatch/test_every_rpc.py::TestEveryRpc::test_, \
	nobody_comes_in_without_credentials what_is_switched_off_is_unimplemented_even_for_strangers \
	each_required_field_that_is_missing_is_named a_scope_of_another_kind_does_not_help) \
	--deselect=tests/hosts/embedded/test_every_rpc_answers.py::test_it_answers_the_example_of_the_reference

test-postgres: .venv/stamp-test
	scripts/sentry-services sh -c 'SCM_GRPC_DATABASE_URL=postgres://postgres@127.0.0.1:$$SENTRY_TEST_PG_PORT/postgres \
		$(PYTEST) $(PARALLEL) $(ANY_DATABASE) tests/hosts tests/dispatch tests/shared_cache $(ARGS)'

test-reliability: .venv/stamp-test
	$(PYTEST) tests/reliability $(ARGS)
	$(BIN)/python -m tests.reliability.soak --seconds 20

test-lifecycle: .venv/stamp-test
	$(BIN)/python -m tests.lifecycle.run --starts $(or $(STARTS),20)

abuse: .venv/stamp-test
	$(BIN)/python -m tests.abuse.run $(if $(ONLY),--only "$(ONLY)")

soak: .venv/stamp-test
	$(BIN)/python -m tests.reliability.soak --seconds $(or $(SECONDS),180)

test-packaging: .venv/stamp-test
	$(PYTEST) tests/packaging $(ARGS)

test-sentry-shapes: .venv/stamp-test
	scripts/test-sentry-shapes $(ARGS)

test-sentry:
	scripts/sentry-test $(ARGS)

test-sentry-sdks: .venv/stamp-test
	$(PYTEST) tests/sentry_sdks $(ARGS)

test-vendors:
	PYTHON=$(PYTHON) scripts/install-vendor-test-tools
	.venv-vendors/bin/python -m pytest tests/vendors $(ARGS)
	.venv-vendors/bin/python -m tests.vendors.mutations $(if $(ANSWERS),--answers $(ANSWERS))

live: .venv/stamp-test
	@$(BIN)/python -m tests.live.run --vendor "$(or $(VENDOR),$(error Name the vendor: make live VENDOR=github))" \
		--repository "$(REPOSITORY)" --url "$(URL)" --metadata '$(METADATA)' $(if $(filter 1,$(WRITE)),--write)

test-clients: .venv/stamp-test
	PYTHON=$(PYTHON) scripts/install-client-test-tools
	$(PYTEST) tests/clients $(ARGS)

lint: .venv/stamp-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(MYPY)

types: .venv/stamp-dev
	$(MYPY)

format: .venv/stamp-dev
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

protos: .venv/stamp-embedded
	PYTHON=$(PYTHON) scripts/generate-protos
	scripts/generate-contract
	$(BIN)/python scripts/generate-client-stubs
	$(BIN)/python scripts/generate-message-stubs
	$(BIN)/python scripts/generate-reference

lint-protos:
	scripts/lint-protos

lint-prose: .venv/stamp-prose
	scripts/lint-prose

compat:
	PYTHON=$(PYTHON) scripts/check-protobuf-compat

docs: .venv/stamp-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

benchmarks: .venv/stamp-test
	benchmarks/smoke

audit: .venv/stamp-dev
	scripts/audit

fuzz: .venv/stamp-fuzz
	$(BIN)/python -m tests.fuzz.run $(if $(RUNS),--runs $(RUNS),--seconds $(or $(SECONDS),15))
	$(if $(MESSAGES),$(PYTEST) tests/security --hypothesis-profile=fuzz -k random_messages)

clean:
	rm -rf .venv .venv-* .tox build dist *.egg-info .mypy_cache .ruff_cache scripts/node_modules

# One environment, filled as far as the target needs; setup.cfg changing fills it again.
.venv/stamp-embedded: EXTRAS := embedded
.venv/stamp-test: EXTRAS := embedded,native,testing,test,test-otlp
.venv/stamp-dev: EXTRAS := embedded,native,testing,test,test-otlp,dev
.venv/stamp-docs: EXTRAS := embedded,docs
.venv/stamp-prose: EXTRAS := prose
.venv/stamp-fuzz: EXTRAS := embedded,native,testing,test,test-otlp,fuzz

.venv/stamp-%: setup.cfg | .venv/bin/pip
	@echo "Installing $(EXTRAS) into .venv ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[$(EXTRAS)]"
	@touch $@

.venv/bin/pip:
	$(if $(PYTHON),,$(error Python 3.11 or newer is needed; say where it is: make PYTHON=/path/to/python3.11))
	$(PYTHON) -m venv .venv
