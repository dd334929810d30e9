# What Firstwin needs comes first, so that a change of its code doesn't fetch everything anew.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv --without-pip /venv
WORKDIR /build
COPY pyproject.toml constraints.txt ./
RUN python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"], sep="\n")' > needed.txt \
    && pip --python /venv/bin/python install --constraint constraints.txt --requirement needed.txt
COPY README.md LICENSE ./
COPY rules rules
COPY templates templates
COPY src src
RUN pip --python /venv/bin/python install --constraint constraints.txt .

FROM python:3.13-slim
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 FIRSTWIN_PROJECT=/project
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin firstwin \
    && install --directory --owner=firstwin /project
WORKDIR /project
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["firstwin", "health"]
ENTRYPOINT ["firstwin"]
CMD ["worker"]
