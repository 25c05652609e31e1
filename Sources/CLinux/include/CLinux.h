/// The kernel interface and the few libc calls that the reactor and the server use: one module for
/// ordinary and Embedded Swift, which has no Glibc module.
///
/// It does without the GNU declarations: the Glibc module that Foundation brings has none, and a
/// program that imports both needs their types to be the same.
#pragma once
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// `errno` of the calling thread; a macro in libc, which Swift cannot import.
static inline int necro_errno(void) { return errno; }

/// Sets `errno` of the calling thread.
static inline void necro_set_errno(int code) { errno = code; }

/// What a write to `descriptor` may do: 0 for a regular file, 1 for anything that does not block, 2 for
/// what may block, 3 for a socket.
static inline int necro_sink_kind(int descriptor) {
  struct stat status;
  int flags = fcntl(descriptor, F_GETFL);
  if (fstat(descriptor, &status) != 0 || flags < 0) return 2;
  if (S_ISSOCK(status.st_mode)) return 3;
  if (S_ISREG(status.st_mode)) return 0;
  return flags & O_NONBLOCK ? 1 : 2;
}

/// Waits until `descriptor` can be written, or has failed, for at most so many milliseconds; returns
/// 0 when it still cannot.
static inline int necro_wait_writable(int descriptor, int milliseconds) {
  struct pollfd watched = {.fd = descriptor, .events = POLLOUT};
  return poll(&watched, 1, milliseconds);
}

/// For a send that neither blocks nor raises SIGPIPE.
static inline int necro_send_flags(void) { return MSG_DONTWAIT | MSG_NOSIGNAL; }

/// Makes `descriptor` non-blocking and closed on exec. `fcntl` is variadic, which Swift cannot call.
/// Returns 0, or -1 with `errno` set.
static inline int necro_set_nonblocking_cloexec(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -1;
  return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

/// Words that one thread writes and another reads, each for itself: no order between them is kept.
static inline void necro_store_relaxed(unsigned long *word, unsigned long value) {
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
}
static inline unsigned long necro_load_relaxed(const unsigned long *word) {
  return __atomic_load_n(word, __ATOMIC_RELAXED);
}

/// Whether `mode` from `stat` is that of a socket; a macro in libc.
static inline bool necro_is_socket(mode_t mode) { return S_ISSOCK(mode); }

/// The exit status that `waitpid` reported, or -1 for a process that a signal ended.
static inline int necro_exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The environment of this process, for `posix_spawn` and `execve`.
static inline char **necro_environment(void) { return __environ; }

/// The socket calls that take an address, with the parameter type POSIX gives it. glibc declares
/// them with a transparent union, which Swift sees as a type of its own.
static inline int necro_accept4(
    int descriptor, struct sockaddr *address, socklen_t *octet_count, int flags) {
  return (int)syscall(SYS_accept4, descriptor, address, octet_count, flags);
}
static inline int necro_bind(
    int descriptor, const struct sockaddr *address, socklen_t octet_count) {
  return bind(descriptor, address, octet_count);
}
static inline int necro_connect(
    int descriptor, const struct sockaddr *address, socklen_t octet_count) {
  return connect(descriptor, address, octet_count);
}
static inline int necro_getsockname(
    int descriptor, struct sockaddr *address, socklen_t *octet_count) {
  return getsockname(descriptor, address, octet_count);
}
static inline int necro_getpeername(
    int descriptor, struct sockaddr *address, socklen_t *octet_count) {
  return getpeername(descriptor, address, octet_count);
}

// `recv` and `send` of libc are cancellation points, which in a process with several threads costs
// two atomic exchanges a call. No thread of ours is ever cancelled.

/// recv(2).
static inline ssize_t necro_recv(int descriptor, void *octets, size_t count, int flags) {
  return syscall(SYS_recvfrom, descriptor, octets, count, flags, NULL, NULL);
}

/// send(2).
static inline ssize_t necro_send(int descriptor, const void *octets, size_t count, int flags) {
  return syscall(SYS_sendto, descriptor, octets, count, flags, NULL, 0);
}

/// Writes what the C library says about an error number, as text with a NUL at its end. In a source
/// file of its own, since the headers declare `strerror_r` in two ways.
void necro_error_text(int code, char *room, size_t octet_count);
