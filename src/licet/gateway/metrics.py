"""Figures for Prometheus: requests, payments, records, and what goes wrong."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from licet.errors import InputError, LicetError

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Counts = Callable[[], dict[str, int]]


class Metrics:
    """A gateway's figures.

    Args:
        counts: how many payments and records there are, by what became of them; asked when they are wanted.
    """

    def __init__(self, counts: Counts | None = None) -> None:
        self.registry: Final = CollectorRegistry()
        self._requests: Final = Counter(
            "licet_gateway_requests", "Requests answered", ("access", "status"), registry=self.registry
        )
        self._seconds: Final = Histogram(
            "licet_gateway_request_seconds",
            "From a request's header to the end of its answer",
            ("access",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._bytes: Final = Counter(
            "licet_gateway_sent_bytes", "Bytes of bodies sent", ("access",), registry=self.registry
        )
        self._troubles: Final = Counter(
            "licet_gateway_troubles",
            "What failed and is tried again, or is lost",
            ("kind",),
            registry=self.registry,
        )
        if counts is not None:
            self.registry.register(_Counted(counts))

    def answered(self, access: str, status: int, sent: int, seconds: float) -> None:
        """Counts one answer."""
        self._requests.labels(access, str(status)).inc()
        self._seconds.labels(access).observe(seconds)
        self._bytes.labels(access).inc(sent)

    def failed(self, error: LicetError) -> None:
        """Counts what went wrong beside requests."""
        self._troubles.labels(type(error).__name__).inc()

    @contextmanager
    def served(self, host: str, port: int) -> Iterator[int]:
        """Lets Prometheus ask for them at `/metrics`, at an address of its own; yields the port.

        Raises:
            InputError: nothing can listen there.
        """
        try:
            server, thread = start_http_server(port, host, self.registry)
        except OSError as error:
            raise InputError(
                f"nothing can listen at {host}:{port} for metrics ({error.strerror or error}): choose others"
            ) from error
        try:
            yield int(server.server_port)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Counted(Collector):
    """What the journal counts, asked when Prometheus asks."""

    def __init__(self, counts: Counts) -> None:
        self._counts: Final = counts

    def collect(self) -> Iterable[GaugeMetricFamily]:
        found = GaugeMetricFamily(
            "licet_gateway_journal", "Payments and records in the journal", labels=["state"]
        )
        try:
            for state, count in self._counts().items():
                found.add_metric([state], count)
        except LicetError:
            return  # the journal is away: nothing is known of it
        yield found
