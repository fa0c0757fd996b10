# The image of every Tocsin process: `docker build -t tocsin .`. What it installs is what `make install` installs,
# each file checked against its hash in requirements.txt.
FROM python:3.13-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/tocsin
COPY pyproject.toml constraints.txt requirements.txt Makefile README.md LICENSE ./
COPY alerts alerts
COPY config config
COPY detectors detectors
COPY mentions mentions
COPY moderation moderation
COPY community community
COPY replay replay
COPY sources sources
COPY streams streams
COPY tocsin tocsin
RUN make install-checked PYTHON=python3

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home tocsin && install --directory --owner tocsin /var/lib/tocsin
RUN install --directory /opt/tocsin/brands
COPY --from=build /opt/tocsin /opt/tocsin
WORKDIR /opt/tocsin
ENV PATH=/opt/tocsin/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER tocsin
CMD ["tocsin", "--help"]
