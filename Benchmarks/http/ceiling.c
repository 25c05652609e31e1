/// The ceiling: the least that a server of Python coroutines can do on one core.
///
/// A level-triggered epoll loop that looks for the blank line and parses nothing else, calls an
/// `async def` handler per request, drives the coroutine by one send, and writes the dict that it
/// returns as JSON by walking it. What a real server spends beyond this program is what it spends
/// on being one: parsing, routing, limits, time-outs. The figure to compare is requests per
/// CPU-second of the server.
///
/// Usage: ceiling PORT HOME, with the prefix of the Python it was linked with. It listens on
/// 127.0.0.1 and ends on SIGTERM.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  connection_count_max = 65536,
  event_count_max = 512,
  receive_octets_max = 64 * 1024,
  // A request that is not complete after this many octets ends the connection.
  carried_octets_max = 16 * 1024,
  // The shortest request is 18 octets ("GET / HTTP/1.1" and the blank line), and a response of this
  // handler about 130, so that this holds the answers to a receive buffer full of requests.
  send_octets_max = 1024 * 1024,
};

/// What is left of a connection between two turns of the loop; most have nothing left.
struct connection {
  char *carried;  // the start of a request whose end has not arrived
  size_t carried_count;
  char *unsent;  // what the socket did not take
  size_t unsent_offset;
  size_t unsent_count;
};

/// Where a response is written; `failed` is sticky and says that the room ended or the value has no
/// JSON form.
struct output {
  char *octets;
  size_t count;
  size_t max;
  int failed;
};

static struct connection connections[connection_count_max];
static char received[receive_octets_max];
static char to_send[send_octets_max];
static char date_field[64];
static size_t date_field_count;
static time_t date_second;

static const char source[] =
    "async def raise_dead():\n"
    "    return {'data': 'the dead rise'}\n";

static _Noreturn void fail(const char *what) {
  if (PyErr_Occurred()) PyErr_Print();
  fprintf(stderr, "ceiling: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void put(struct output *out, const char *octets, size_t count) {
  if (out->failed || count > out->max - out->count) {
    out->failed = 1;
    return;
  }
  memcpy(out->octets + out->count, octets, count);
  out->count += count;
}

static void put_decimal(struct output *out, size_t value) {
  char digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  put(out, digits + at, sizeof digits - at);
}

static void put_string(struct output *out, PyObject *value) {
  Py_ssize_t count;
  const char *text = PyUnicode_AsUTF8AndSize(value, &count);
  if (text == NULL) {
    out->failed = 1;
    return;
  }
  put(out, "\"", 1);
  Py_ssize_t start = 0;
  for (Py_ssize_t at = 0; at < count; at++) {
    unsigned char octet = (unsigned char)text[at];
    if (octet >= 0x20 && octet != '"' && octet != '\\') continue;
    put(out, text + start, (size_t)(at - start));
    char escape[8];
    int escape_count = octet == '"' || octet == '\\'
                           ? snprintf(escape, sizeof escape, "\\%c", octet)
                           : snprintf(escape, sizeof escape, "\\u%04x", octet);
    put(out, escape, (size_t)escape_count);
    start = at + 1;
  }
  put(out, text + start, (size_t)(count - start));
  put(out, "\"", 1);
}

static void put_json(struct output *out, PyObject *value);

static void put_dict(struct output *out, PyObject *value) {
  PyObject *name, *member;
  Py_ssize_t position = 0;
  char separator = '{';
  while (PyDict_Next(value, &position, &name, &member)) {
    put(out, &separator, 1);
    if (!PyUnicode_Check(name)) {
      out->failed = 1;
      return;
    }
    put_string(out, name);
    put(out, ":", 1);
    put_json(out, member);
    separator = ',';
  }
  if (separator == '{') put(out, "{", 1);
  put(out, "}", 1);
}

static void put_list(struct output *out, PyObject *value) {
  Py_ssize_t count = PyList_GET_SIZE(value);
  put(out, "[", 1);
  for (Py_ssize_t index = 0; index < count; index++) {
    if (index > 0) put(out, ",", 1);
    put_json(out, PyList_GET_ITEM(value, index));
  }
  put(out, "]", 1);
}

/// Numbers go through Python's own `repr`, which is slow and right; the handler measured has none.
static void put_number(struct output *out, PyObject *value) {
  PyObject *text = PyObject_Repr(value);
  Py_ssize_t count;
  const char *octets = text ? PyUnicode_AsUTF8AndSize(text, &count) : NULL;
  if (octets == NULL)
    out->failed = 1;
  else
    put(out, octets, (size_t)count);
  Py_XDECREF(text);
}

static void put_json(struct output *out, PyObject *value) {
  if (PyUnicode_CheckExact(value)) {
    put_string(out, value);
  } else if (PyDict_CheckExact(value)) {
    put_dict(out, value);
  } else if (PyList_CheckExact(value)) {
    put_list(out, value);
  } else if (value == Py_None) {
    put(out, "null", 4);
  } else if (value == Py_True) {
    put(out, "true", 4);
  } else if (value == Py_False) {
    put(out, "false", 5);
  } else if (PyLong_CheckExact(value) || PyFloat_CheckExact(value)) {
    put_number(out, value);
  } else {
    out->failed = 1;
  }
}

/// Renders the Date field again when the second has changed; called once a turn.
static void render_date(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec == date_second) return;
  date_second = now.tv_sec;
  struct tm broken_down;
  gmtime_r(&now.tv_sec, &broken_down);
  date_field_count = strftime(
      date_field, sizeof date_field, "date: %a, %d %b %Y %H:%M:%S GMT\r\n", &broken_down);
}

/// Runs the handler once and writes its response.
///
/// The content goes to a buffer of its own first, because its length stands before it.
static void respond(struct output *out, PyObject *handler) {
  static const char head[] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
  PyObject *room[1] = {NULL};
  PyObject *coroutine =
      PyObject_Vectorcall(handler, room + 1, PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
  if (coroutine == NULL) fail("handler");
  PyObject *result;
  if (PyIter_Send(coroutine, Py_None, &result) != PYGEN_RETURN) fail("coroutine");
  Py_DECREF(coroutine);

  char content_octets[4096];
  struct output content = {content_octets, 0, sizeof content_octets, 0};
  put_json(&content, result);
  Py_DECREF(result);
  if (content.failed) fail("JSON");

  put(out, head, sizeof head - 1);
  put(out, date_field, date_field_count);
  put(out, "content-length: ", 16);
  put_decimal(out, content.count);
  put(out, "\r\n\r\n", 4);
  put(out, content_octets, content.count);
}

static void watch(int poll, int operation, int descriptor, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = descriptor};
  if (epoll_ctl(poll, operation, descriptor, &event) != 0) fail("epoll_ctl");
}

static void end_connection(int descriptor) {
  struct connection *connection = &connections[descriptor];
  free(connection->carried);
  free(connection->unsent);
  *connection = (struct connection){0};
  close(descriptor);
}

static void accept_all(int poll, int listener) {
  for (;;) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return;
    if (descriptor >= connection_count_max) {
      close(descriptor);
      continue;
    }
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(poll, EPOLL_CTL_ADD, descriptor, EPOLLIN);
  }
}

/// Sends what the socket did not take before. While there is such, nothing is read.
static void send_rest(int poll, int descriptor) {
  struct connection *connection = &connections[descriptor];
  ssize_t sent = send(
      descriptor, connection->unsent + connection->unsent_offset,
      connection->unsent_count - connection->unsent_offset, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) end_connection(descriptor);
    return;
  }
  connection->unsent_offset += (size_t)sent;
  if (connection->unsent_offset < connection->unsent_count) return;
  free(connection->unsent);
  connection->unsent = NULL;
  watch(poll, EPOLL_CTL_MOD, descriptor, EPOLLIN);
}

/// Keeps octets for a later turn, in memory of their own.
static char *copy(const char *octets, size_t count) {
  char *copied = malloc(count);
  if (copied == NULL) fail("malloc");
  memcpy(copied, octets, count);
  return copied;
}

/// One turn of one connection: one receive, every complete request answered, one send.
static void serve(int poll, int descriptor, PyObject *handler) {
  struct connection *connection = &connections[descriptor];
  size_t count = connection->carried_count;
  if (count > 0) {
    memcpy(received, connection->carried, count);
    free(connection->carried);
    connection->carried = NULL;
    connection->carried_count = 0;
  }
  ssize_t got = recv(descriptor, received + count, sizeof received - count, 0);
  if (got <= 0) {
    end_connection(descriptor);
    return;
  }
  count += (size_t)got;

  struct output out = {to_send, 0, sizeof to_send, 0};
  const char *start = received, *end = received + count, *blank;
  while ((blank = memmem(start, (size_t)(end - start), "\r\n\r\n", 4)) != NULL) {
    respond(&out, handler);
    start = blank + 4;
  }
  size_t left = (size_t)(end - start);
  if (out.failed || left > carried_octets_max) {
    end_connection(descriptor);
    return;
  }
  if (left > 0) {
    connection->carried = copy(start, left);
    connection->carried_count = left;
  }
  if (out.count == 0) return;
  ssize_t sent = send(descriptor, out.octets, out.count, MSG_NOSIGNAL);
  if (sent == (ssize_t)out.count) return;
  if (sent < 0 && errno != EAGAIN) {
    end_connection(descriptor);
    return;
  }
  size_t taken = sent < 0 ? 0 : (size_t)sent;
  connection->unsent = copy(out.octets + taken, out.count - taken);
  connection->unsent_offset = 0;
  connection->unsent_count = out.count - taken;
  watch(poll, EPOLL_CTL_MOD, descriptor, EPOLLOUT);
}

static int listen_on(uint16_t port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  int on = 1;
  if (listener < 0) fail("socket");
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  if (listen(listener, 4096) != 0) fail("listen");
  return listener;
}

/// The handler, from an interpreter that reads neither environment nor site-packages.
static PyObject *handler_of_source(const char *home) {
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  config.install_signal_handlers = 0;
  PyStatus status = PyConfig_SetBytesString(&config, &config.home, home);
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
  PyObject *names = PyDict_New();
  PyObject *done = names ? PyRun_String(source, Py_file_input, names, names) : NULL;
  PyObject *handler = done ? PyDict_GetItemString(names, "raise_dead") : NULL;
  if (handler == NULL) fail("source");
  Py_DECREF(done);
  return handler;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: ceiling PORT HOME\n");
    return 2;
  }
  PyObject *handler = handler_of_source(argv[2]);
  int listener = listen_on((uint16_t)atoi(argv[1]));
  int poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) fail("epoll_create1");
  watch(poll, EPOLL_CTL_ADD, listener, EPOLLIN);

  struct epoll_event events[event_count_max];
  for (;;) {
    int ready = epoll_wait(poll, events, event_count_max, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    render_date();
    for (int index = 0; index < ready; index++) {
      int descriptor = events[index].data.fd;
      if (descriptor == listener)
        accept_all(poll, listener);
      else if (connections[descriptor].unsent != NULL)
        send_rest(poll, descriptor);
      else
        serve(poll, descriptor, handler);
    }
  }
}
