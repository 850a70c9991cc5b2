"""Prometheus metrics that this process keeps itself. No label ever carries a person."""

from prometheus_client import CollectorRegistry, Histogram

REGISTRY = CollectorRegistry()

WEBHOOK_SECONDS = Histogram(
    "bedside_webhook_seconds",
    "Time to answer a provider's webhook, from first byte to durable commit.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10),
    registry=REGISTRY,
)
