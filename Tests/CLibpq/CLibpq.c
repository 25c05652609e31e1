#define _GNU_SOURCE
#include "CLibpq.h"

// The sanitizer asks. libpq 15 loses a result when a copy begins while it has one, which no sound server
// brings about: its leaks are its own.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libpq.so.5\n"; }

#include <stdio.h>
#include <stdlib.h>

// As with libhttp_parser, a plain build must not need the library: it is loaded when a test first asks
// for it, and its absence ends that test with what to do.
_Noreturn static void missing(const char *what) {
  fprintf(stderr, "libpq: %s is missing: apt-get install libpq-dev\n", what);
  abort();
}

#if !__has_include(<postgresql/libpq-fe.h>)

char *necro_libpq_replay(
    const uint8_t *startup, size_t startup_count, const uint8_t *reply, size_t reply_count,
    enum necro_libpq_command command) {
  (void)startup, (void)startup_count, (void)reply, (void)reply_count, (void)command;
  missing("libpq-fe.h");
}

#else

#include <dlfcn.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void *function(const char *name) {
  static void *library;
  if (library == NULL) library = dlopen("libpq.so.5", RTLD_NOW);
  void *found = library ? dlsym(library, name) : NULL;
  if (found == NULL) missing(name);
  return found;
}

// Looked up once for each place that calls it.
#define PQ(name)                                                  \
  (*({                                                            \
    static __typeof__(&PQ##name) found;                           \
    if (found == NULL) found = (__typeof__(found))function("PQ" #name); \
    &found;                                                       \
  }))

enum { RESULTS_MAX = 1000, WAIT_MILLISECONDS = 10000 };

// Every field that there is, in an order of our own.
static const int FIELDS[] = {'S', 'V', 'C', 'M', 'D', 'H', 'P', 'p', 'q',
                             'W', 's', 't', 'c', 'd', 'n', 'F', 'L', 'R'};
static const char *const PARAMETERS[] = {"TimeZone", "application_name", "DateStyle", "x"};

static void octets(FILE *out, const char *octets, size_t count) {
  fputc('=', out);
  for (size_t i = 0; i < count; i++) fprintf(out, "%02x", (unsigned char)octets[i]);
}

static void string(FILE *out, const char *text) { octets(out, text, strlen(text)); }

static void fields(FILE *out, const PGresult *result) {
  for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
    const char *value = PQ(resultErrorField)(result, FIELDS[i]);
    if (value == NULL) continue;
    fprintf(out, " %c", FIELDS[i]);
    string(out, value);
  }
  fputc('\n', out);
}

static void take_notice(void *context, const PGresult *result) {
  // What libpq has to say itself has no SQLSTATE.
  if (PQ(resultErrorField)(result, 'C') == NULL) return;
  fputs("notice", context);
  fields(context, result);
}

static void pass_over_notice(void *context, const PGresult *result) { (void)context, (void)result; }

static void columns(FILE *out, const PGresult *result) {
  for (int i = 0; i < PQ(nfields)(result); i++) {
    fputs(" ", out);
    string(out, PQ(fname)(result, i));
    fprintf(
        out, "/%u.%d/%u/%d/%d/%d", PQ(ftable)(result, i), PQ(ftablecol)(result, i),
        PQ(ftype)(result, i), PQ(fsize)(result, i), PQ(fmod)(result, i), PQ(fformat)(result, i));
  }
}

static void rows(FILE *out, const PGresult *result) {
  for (int row = 0; row < PQ(ntuples)(result); row++) {
    fputs(" row", out);
    for (int column = 0; column < PQ(nfields)(result); column++) {
      fputc(' ', out);
      if (PQ(getisnull)(result, row, column)) {
        fputs("NULL", out);
      } else {
        octets(out, PQ(getvalue)(result, row, column), PQ(getlength)(result, row, column));
      }
    }
  }
}

static void copy_response(FILE *out, const char *name, const PGresult *result) {
  fprintf(out, "%s %d", name, PQ(binaryTuples)(result));
  for (int i = 0; i < PQ(nfields)(result); i++) fprintf(out, " %d", PQ(fformat)(result, i));
  fputc('\n', out);
}

// Takes all that the server copies. False when the connection breaks.
static int take_copy(FILE *out, PGconn *connection) {
  char *data;
  int count;
  while ((count = PQ(getCopyData)(connection, &data, 0)) > 0) {
    fputs("copy ", out);
    octets(out, data, count);
    fputc('\n', out);
    PQ(freemem)(data);
  }
  return count == -1;
}

static int end_copy(PGconn *connection) {
  return PQ(putCopyData)(connection, "1\n", 2) == 1 && PQ(putCopyEnd)(connection, NULL) == 1;
}

// One result. False behind what breaks the connection.
static int take(FILE *out, PGconn *connection, const PGresult *result) {
  switch (PQ(resultStatus)(result)) {
    case PGRES_EMPTY_QUERY: fputs("empty\n", out); return 1;
    case PGRES_COMMAND_OK:
      fputs("command ", out);
      string(out, PQ(cmdStatus)((PGresult *)result));
      for (int i = 0; i < PQ(nparams)(result); i++) fprintf(out, " %u", PQ(paramtype)(result, i));
      if (PQ(nfields)(result) > 0) columns(out, result);
      fputc('\n', out);
      return 1;
    case PGRES_TUPLES_OK:
      fputs("rows ", out);
      string(out, PQ(cmdStatus)((PGresult *)result));
      columns(out, result);
      rows(out, result);
      fputc('\n', out);
      return 1;
    case PGRES_COPY_IN:
      copy_response(out, "copyIn", result);
      return end_copy(connection);
    case PGRES_COPY_OUT:
      copy_response(out, "copyOut", result);
      return take_copy(out, connection);
    case PGRES_COPY_BOTH:
      copy_response(out, "copyBoth", result);
      return take_copy(out, connection) && end_copy(connection);
    case PGRES_PIPELINE_SYNC: fputs("sync\n", out); return 1;
    case PGRES_PIPELINE_ABORTED: fputs("aborted\n", out); return 1;
    case PGRES_FATAL_ERROR:
      if (PQ(resultErrorField)(result, 'C') == NULL) return 0;
      fputs("error", out);
      fields(out, result);
      return 1;
    default: return 0;
  }
}

// A result of a pipeline is followed by a null pointer, the last one's Sync by another.
static int take_all(FILE *out, PGconn *connection, int is_pipeline) {
  int nulls = 0;
  for (int i = 0; i < RESULTS_MAX; i++) {
    PGresult *result = PQ(getResult)(connection);
    if (result == NULL) {
      if (!is_pipeline || ++nulls > 3) return 1;
      continue;
    }
    int is_sync = PQ(resultStatus)(result) == PGRES_PIPELINE_SYNC;
    int is_sound = take(out, connection, result);
    PQ(clear)(result);
    if (!is_sound) return 0;
    if (is_sync) return 1;
  }
  return 0;
}

static int ask(PGconn *connection, enum necro_libpq_command command) {
  switch (command) {
    case NECRO_LIBPQ_QUERY: return PQ(sendQuery)(connection, "x");
    case NECRO_LIBPQ_PARAMS:
      return PQ(sendQueryParams)(connection, "x", 0, NULL, NULL, NULL, NULL, 0);
    case NECRO_LIBPQ_PREPARE: return PQ(sendPrepare)(connection, "s", "x", 0, NULL);
    case NECRO_LIBPQ_DESCRIBE: return PQ(sendDescribePrepared)(connection, "s");
    case NECRO_LIBPQ_PIPELINE:
      return PQ(enterPipelineMode)(connection)
          && PQ(sendQueryParams)(connection, "x", 0, NULL, NULL, NULL, NULL, 0)
          && PQ(sendQueryParams)(connection, "y", 0, NULL, NULL, NULL, NULL, 0)
          && PQ(pipelineSync)(connection);
  }
  return 0;
}

// A listening socket in a folder of its own, one for all replays of the process.
static int listener(const char **folder) {
  static char path[] = "/tmp/necro-libpq-XXXXXX";
  static int descriptor = -1;
  *folder = path;
  if (descriptor >= 0) return descriptor;
  if (mkdtemp(path) == NULL) missing("a temporary folder");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", path);
  descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address) != 0
      || listen(descriptor, 8) != 0)
    missing("a socket");
  return descriptor;
}

static void remove_folder(void) {
  const char *folder;
  close(listener(&folder));
  char socket_path[64];
  snprintf(socket_path, sizeof socket_path, "%s/.s.PGSQL.5432", folder);
  unlink(socket_path);
  rmdir(folder);
}

static int send_all(int descriptor, const uint8_t *octets, size_t count) {
  while (count > 0) {
    ssize_t sent = send(descriptor, octets, count, MSG_NOSIGNAL);
    if (sent <= 0) return 0;
    octets += sent;
    count -= sent;
  }
  return 1;
}

// The client's side of a connection, ready to ask; the server's side is stored.
static PGconn *connected(int *server, const uint8_t *startup, size_t count) {
  static int is_registered;
  const char *folder;
  int descriptor = listener(&folder);
  if (!is_registered) is_registered = atexit(remove_folder) == 0;
  const char *const keys[] = {"host", "port", "user", "dbname", "sslmode", "gssencmode", "options",
                              "client_encoding", "application_name", "target_session_attrs", NULL};
  const char *const values[] = {folder, "5432", "user", "database", "disable", "disable", "",
                                "", "", "any", NULL};
  PGconn *connection = PQ(connectStartParams)(keys, values, 0);
  *server = accept(descriptor, NULL, NULL);
  if (*server < 0 || !send_all(*server, startup, count)) missing("a connection");
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
    struct pollfd events = {
        .fd = PQ(socket)(connection), .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT};
    if (poll(&events, 1, WAIT_MILLISECONDS) != 1) break;
    status = PQ(connectPoll)(connection);
  }
  if (status != PGRES_POLLING_OK) missing(PQ(errorMessage)(connection));
  return connection;
}

static char *replay(
    const uint8_t *startup, size_t startup_count, const uint8_t *reply, size_t reply_count,
    enum necro_libpq_command command) {
  char *text = NULL, *notices_text = NULL;
  size_t size = 0, notices_size = 0;
  FILE *out = open_memstream(&text, &size);
  FILE *notices = open_memstream(&notices_text, &notices_size);
  int server;
  PGconn *connection = connected(&server, startup, startup_count);
  PQ(setNoticeReceiver)(connection, take_notice, notices);
  if (!ask(connection, command)) missing("a query");
  if (!send_all(server, reply, reply_count)) missing("a reply");
  shutdown(server, SHUT_WR);
  int is_sound = take_all(out, connection, command == NECRO_LIBPQ_PIPELINE);
  // Parses what is left; afterwards notices have no place any more.
  PQ(isBusy)(connection);
  PQ(setNoticeReceiver)(connection, pass_over_notice, NULL);
  fclose(notices);
  fputs(notices_text, out);
  free(notices_text);
  PGnotify *notification;
  while ((notification = PQ(notifies)(connection)) != NULL) {
    fprintf(out, "notification %d ", notification->be_pid);
    string(out, notification->relname);
    fputc(' ', out);
    string(out, notification->extra);
    fputc('\n', out);
    PQ(freemem)(notification);
  }
  for (size_t i = 0; i < sizeof PARAMETERS / sizeof *PARAMETERS; i++) {
    const char *value = PQ(parameterStatus)(connection, PARAMETERS[i]);
    if (value == NULL) continue;
    fprintf(out, "parameter %s", PARAMETERS[i]);
    string(out, value);
    fputc('\n', out);
  }
  if (is_sound) {
    fprintf(out, "status %d\n", PQ(transactionStatus)(connection));
  } else {
    fputs("broken\n", out);
  }
  PQ(finish)(connection);
  close(server);
  fclose(out);
  return text;
}

char *necro_libpq_replay(
    const uint8_t *startup, size_t startup_count, const uint8_t *reply, size_t reply_count,
    enum necro_libpq_command command) {
  // There is one listening socket, and tests run beside each other.
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  char *text = replay(startup, startup_count, reply, reply_count, command);
  pthread_mutex_unlock(&lock);
  return text;
}

#endif
