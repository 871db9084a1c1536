FROM python:3.11-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 caravan

WORKDIR /app
COPY requirements.lock .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY bot bot
COPY core core
COPY adapters adapters
COPY prompts prompts

ENV CARAVAN_DATABASE=/data/caravan.sqlite PYTHONUNBUFFERED=1
RUN mkdir /data && chown caravan /data
USER caravan
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot", "run"]
