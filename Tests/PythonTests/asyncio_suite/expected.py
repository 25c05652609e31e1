"""Which of CPython's tests of asyncio are run on Necro's loop, and which are known not to pass."""

from __future__ import annotations

__all__ = ["MAIN_EXCEPTIONS", "MODULES", "WORKER_EXCEPTIONS", "WORKER_MODULES"]

# Not here: what makes no loop (futures, pep492, protocols, transports), what tests the selector
# loop's methods on mocks (selector_events), and what is for Windows.
MODULES = (
    "test_base_events",
    "test_buffered_proto",
    "test_context",
    "test_eager_task_factory",
    "test_events",
    "test_futures2",
    "test_locks",
    "test_queues",
    "test_runners",
    "test_sendfile",
    "test_server",
    "test_sock_lowlevel",
    "test_ssl",
    "test_sslproto",
    "test_staggered",
    "test_streams",
    "test_subprocess",
    "test_taskgroups",
    "test_tasks",
    "test_threads",
    "test_timeouts",
    "test_unix_events",
    "test_waitfor",
)

# In a worker all but what takes long and has nothing to do with where it runs (ssl, taskgroups,
# tasks), and runners, which sends its process SIGINT: that ends a host.
WORKER_MODULES = tuple(
    module
    for module in MODULES
    if module not in ("test_runners", "test_ssl", "test_taskgroups", "test_tasks")
)

# Tests that do not pass, by name (as file names are matched), and why.
MAIN_EXCEPTIONS: dict[str, str] = {}

_MAIN_THREAD = "it handles signals by itself, and a worker's thread is not the main one"
_NO_LOOP = "asyncio makes a loop on demand in the main thread alone, and the suite is in another"
_NO_FORK = "an interpreter with a GIL of its own cannot fork"

WORKER_EXCEPTIONS: dict[str, str] = {
    "test_events.PolicyTests.test_get_event_loop": _NO_LOOP,
    "test_events.PolicyTests.test_get_event_loop_calls_set_event_loop": _NO_LOOP,
    "test_events.Test*GetEventLoop.test_get_event_loop_returns_running_loop2": _NO_LOOP,
    "test_events.SelectEventLoopTests.test_add_signal_handler": _MAIN_THREAD,
    "test_events.SelectEventLoopTests.test_signal_handling_*": _MAIN_THREAD,
    "test_events.SelectEventLoopTests.test_subprocess_send_signal": _MAIN_THREAD,
    "test_subprocess.SubprocessPidfdWatcherTests.test_send_signal": _MAIN_THREAD,
    "test_subprocess.SubprocessThreadedWatcherTests.test_send_signal": _MAIN_THREAD,
    "test_unix_events.SelectorEventLoopSignalTests.test_add_signal_handler": _MAIN_THREAD,
    "test_unix_events.SelectorEventLoopSignalTests.test_add_signal_handler_install_error2": (
        _MAIN_THREAD
    ),
    "test_unix_events.SelectorEventLoopSignalTests.test_remove_signal_handler_2": _MAIN_THREAD,
    "test_unix_events.PolicyTests.test_child_watcher_replace_mainloop_existing": _MAIN_THREAD,
    "test_unix_events.TestFork.*": _NO_FORK,
}
