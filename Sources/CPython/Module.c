/// The tables that define `_necro`: its functions, types and slots. Every function they name is
/// written in Swift; the tables are constant, so that all interpreters may share them.
#include "CPython.h"

#define SWIFT_METHOD(name) extern PyObject *name(PyObject *self, PyObject *argument)
#define SWIFT_FASTCALL(name) extern PyObject *name(PyObject *self, PyObject *const *arguments, Py_ssize_t count)

// Functions of the module.

extern int necro_module_exec(PyObject *module);
extern void necro_module_free(void *module);
extern PyObject *necro_dumps(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_loads(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
SWIFT_METHOD(necro_json_check);
SWIFT_METHOD(necro_to_dict);
SWIFT_FASTCALL(necro_read_as);
SWIFT_FASTCALL(necro_load_tls);
SWIFT_FASTCALL(necro_make_certificate);

#define FASTCALL(name) (PyCFunction)(void (*)(void))name

static PyMethodDef module_methods[] = {
    {"dumps", FASTCALL(necro_dumps), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("dumps(value, fallback=None, /, *, default=None, sort_keys=False, indent=None, "
               "non_str_keys=False, nan='error', decimal='string', big_int='number')\n--\n\n"
               "The value as JSON, in UTF-8 octets.")},
    {"loads", FASTCALL(necro_loads), METH_FASTCALL | METH_KEYWORDS,
     PyDoc_STR("loads(data, /, *, type=None, duplicates='last', float_hook=None, i_json=False)\n--\n\n"
               "The value of a JSON text. Raises JSONDecodeError.")},
    {"check", necro_json_check, METH_O,
     PyDoc_STR("check(data, /)\n--\n\nRaises JSONDecodeError for what is no JSON text.")},
    {"load_tls", FASTCALL(necro_load_tls), METH_FASTCALL,
     PyDoc_STR("load_tls(worker, certificates, authorities, client_auth, version_min, ciphers, secret, "
               "secret_seconds, redirect_port, /)\n--\n\nReads certificates and keys, for a worker's new "
               "connections or, without one, only to see that they can be. Raises OSError.")},
    {"make_certificate", FASTCALL(necro_make_certificate), METH_FASTCALL,
     PyDoc_STR("make_certificate(*names)\n--\n\nA self-signed certificate and its key, in PEM.")},
    {"read_as", FASTCALL(necro_read_as), METH_FASTCALL,
     PyDoc_STR("read_as(target, data, /)\n--\n\nThe value of a JSON text as a Rule or a class of models has it.")},
    {"to_dict", necro_to_dict, METH_O,
     PyDoc_STR("to_dict(value, /)\n--\n\nThe plain value of a Body, a Row or a model; anything else as it is.")},
    {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void *)necro_module_exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {0, NULL}};

PyModuleDef necro_module_definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_necro",
    .m_doc = "The native part of Necro.",
    .m_size = sizeof(NecroModuleState),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_free = necro_module_free,
};

PyMODINIT_FUNC PyInit__necro(void) { return PyModuleDef_Init(&necro_module_definition); }

// Host: the listeners and threads, in the main interpreter.

extern PyObject *necro_host_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
extern void necro_host_dealloc(PyObject *self);
SWIFT_METHOD(necro_host_urls);
SWIFT_FASTCALL(necro_host_start);
SWIFT_METHOD(necro_host_drain);
SWIFT_METHOD(necro_host_close);

static PyMethodDef host_methods[] = {
    {"urls", necro_host_urls, METH_NOARGS,
     PyDoc_STR("urls($self, /)\n--\n\nThe URL of each bind, with the real port.")},
    {"start", FASTCALL(necro_host_start), METH_FASTCALL,
     PyDoc_STR("start($self, index, settings, report_descriptor, log_descriptor, /)\n--\n\n"
               "Starts a worker on a thread of its own. Returns once its interpreter exists.")},
    {"drain", necro_host_drain, METH_NOARGS,
     PyDoc_STR("drain($self, /)\n--\n\nAsks all workers to finish.")},
    {"close", necro_host_close, METH_NOARGS,
     PyDoc_STR("close($self, /)\n--\n\nCloses the listeners and removes unix sockets.")},
    {NULL, NULL, 0, NULL}};

static PyType_Slot host_slots[] = {{Py_tp_new, (void *)necro_host_new},
                                   {Py_tp_dealloc, (void *)necro_host_dealloc},
                                   {Py_tp_methods, host_methods},
                                   {0, NULL}};

static PyType_Spec host_spec = {
    .name = "necro._necro.Host",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = host_slots,
};

// Worker: the server of one sub-interpreter.

extern PyObject *necro_worker_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
extern void necro_worker_dealloc(PyObject *self);
SWIFT_FASTCALL(necro_worker_add_route);
SWIFT_FASTCALL(necro_worker_attach);
SWIFT_METHOD(necro_worker_listen);
SWIFT_FASTCALL(necro_worker_serve);
SWIFT_FASTCALL(necro_worker_add_descriptor);
SWIFT_FASTCALL(necro_worker_modify_descriptor);
SWIFT_METHOD(necro_worker_remove_descriptor);
SWIFT_METHOD(necro_worker_task_touched);
SWIFT_FASTCALL(necro_worker_embed);
SWIFT_METHOD(necro_worker_turn);
SWIFT_METHOD(necro_worker_fileno);
SWIFT_FASTCALL(necro_worker_connect);
SWIFT_METHOD(necro_worker_remove_routes);
SWIFT_METHOD(necro_worker_set_debug);
SWIFT_METHOD(necro_worker_set_task_per_request);
SWIFT_METHOD(necro_worker_watch);
SWIFT_METHOD(necro_worker_close);

static PyMethodDef worker_methods[] = {
    {"add_route", FASTCALL(necro_worker_add_route), METH_FASTCALL,
     PyDoc_STR("add_route($self, route, /)\n--\n\nAdds a CompiledRoute.")},
    {"attach", FASTCALL(necro_worker_attach), METH_FASTCALL,
     PyDoc_STR("attach($self, loop, ready, task_type, drained, /)\n--\n\n"
               "Names the event loop, its queue of ready handles, the type of the tasks that "
               "requests run in, and what to call when a drain has ended.")},
    {"listen", necro_worker_listen, METH_NOARGS,
     PyDoc_STR("listen($self, /)\n--\n\nBegins to accept, and reports the worker as ready.")},
    {"serve", FASTCALL(necro_worker_serve), METH_FASTCALL,
     PyDoc_STR("serve($self, timeout, scheduled, /)\n--\n\n"
               "Serves requests until the loop has something to do. Returns the added descriptors "
               "that are ready, as (descriptor, mask) pairs.")},
    {"add_descriptor", FASTCALL(necro_worker_add_descriptor), METH_FASTCALL,
     PyDoc_STR("add_descriptor($self, descriptor, mask, /)\n--\n\nWatches a descriptor.")},
    {"modify_descriptor", FASTCALL(necro_worker_modify_descriptor), METH_FASTCALL,
     PyDoc_STR("modify_descriptor($self, descriptor, mask, /)\n--\n\nChanges what it is watched for.")},
    {"remove_descriptor", necro_worker_remove_descriptor, METH_O,
     PyDoc_STR("remove_descriptor($self, descriptor, /)\n--\n\nForgets a descriptor.")},
    {"task_touched", necro_worker_task_touched, METH_NOARGS,
     PyDoc_STR("task_touched($self, /)\n--\n\nSays that the current task was changed by its request.")},
    {"embed", FASTCALL(necro_worker_embed), METH_FASTCALL,
     PyDoc_STR("embed($self, loop, task_type, wake, /)\n--\n\n"
               "Names an event loop of any kind, which calls turn() soon after wake() is called.")},
    {"turn", necro_worker_turn, METH_NOARGS,
     PyDoc_STR("turn($self, /)\n--\n\nServes what is there without waiting. Returns after how many seconds "
               "there is more to do, None when that is for others to say.")},
    {"fileno", necro_worker_fileno, METH_NOARGS,
     PyDoc_STR("fileno($self, /)\n--\n\nThe descriptor that is readable when a turn is due.")},
    {"connect", FASTCALL(necro_worker_connect), METH_FASTCALL,
     PyDoc_STR("connect($self, host, port, changed, /)\n--\n\nOpens a Connection in memory.")},
    {"remove_routes", necro_worker_remove_routes, METH_NOARGS,
     PyDoc_STR("remove_routes($self, /)\n--\n\nForgets the routes; requests under way keep theirs.")},
    {"close", necro_worker_close, METH_NOARGS,
     PyDoc_STR("close($self, /)\n--\n\nCloses all connections and gives up the loop and the routes.")},
    {"set_debug", necro_worker_set_debug, METH_O,
     PyDoc_STR("set_debug($self, enabled, /)\n--\n\nWhether the loop is told what each handler took.")},
    {"set_task_per_request", necro_worker_set_task_per_request, METH_O,
     PyDoc_STR("set_task_per_request($self, enabled, /)\n--\n\nWhether every request has a new Task.")},
    {"watch", necro_worker_watch, METH_O,
     PyDoc_STR("watch($self, seconds, /)\n--\n\nWaits, on another thread, until the worker has not taken "
               "a turn for so long. Returns the CompiledRoute whose handler runs, or None, how "
               "long it has, and the thread's frame if it still does.")},
    {NULL, NULL, 0, NULL}};

static PyType_Slot worker_slots[] = {{Py_tp_new, (void *)necro_worker_new},
                                     {Py_tp_dealloc, (void *)necro_worker_dealloc},
                                     {Py_tp_methods, worker_methods},
                                     {0, NULL}};

static PyType_Spec worker_spec = {
    .name = "necro._necro.Worker",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = worker_slots,
};

// Dispatcher: the coroutine that a request's task runs.

extern void necro_dispatcher_dealloc(PyObject *self);
extern PyObject *necro_dispatcher_getattro(PyObject *self, PyObject *name);
extern PyObject *necro_dispatcher_await(PyObject *self);
extern PyObject *necro_dispatcher_next(PyObject *self);
extern PySendResult necro_dispatcher_am_send(PyObject *self, PyObject *value, PyObject **result);
SWIFT_METHOD(necro_dispatcher_send);
SWIFT_FASTCALL(necro_dispatcher_throw);
SWIFT_METHOD(necro_dispatcher_close);

static PyMethodDef dispatcher_methods[] = {
    {"send", necro_dispatcher_send, METH_O, PyDoc_STR("send($self, value, /)\n--\n\n")},
    {"throw", FASTCALL(necro_dispatcher_throw), METH_FASTCALL,
     PyDoc_STR("throw($self, type, value=None, traceback=None, /)\n--\n\n")},
    {"close", necro_dispatcher_close, METH_NOARGS, PyDoc_STR("close($self, /)\n--\n\n")},
    {NULL, NULL, 0, NULL}};

static PyType_Slot dispatcher_slots[] = {{Py_tp_dealloc, (void *)necro_dispatcher_dealloc},
                                         {Py_tp_getattro, (void *)necro_dispatcher_getattro},
                                         {Py_am_await, (void *)necro_dispatcher_await},
                                         {Py_am_send, (void *)necro_dispatcher_am_send},
                                         {Py_tp_iter, (void *)necro_dispatcher_await},
                                         {Py_tp_iternext, (void *)necro_dispatcher_next},
                                         {Py_tp_methods, dispatcher_methods},
                                         {0, NULL}};

static PyType_Spec dispatcher_spec = {
    .name = "necro._necro.Dispatcher",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = dispatcher_slots,
};

// RequestHead.

extern PyObject *necro_request_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
extern void necro_request_dealloc(PyObject *self);
#define SWIFT_GETTER(name) extern PyObject *name(PyObject *self, void *closure)
SWIFT_GETTER(necro_request_method);
SWIFT_GETTER(necro_request_target);
SWIFT_GETTER(necro_request_path);
SWIFT_GETTER(necro_request_raw_path);
SWIFT_GETTER(necro_request_query_string);
SWIFT_GETTER(necro_request_http_version);
SWIFT_GETTER(necro_request_scheme);
SWIFT_GETTER(necro_request_client);
SWIFT_GETTER(necro_request_tls_facts);
SWIFT_GETTER(necro_request_authority);
SWIFT_GETTER(necro_request_captures);
SWIFT_GETTER(necro_request_unmatched);
SWIFT_METHOD(necro_request_header);
SWIFT_METHOD(necro_request_header_values);
SWIFT_METHOD(necro_request_header_items);
SWIFT_FASTCALL(necro_request_precondition_status);
SWIFT_FASTCALL(necro_request_accepts);
SWIFT_METHOD(necro_request_take_content);
SWIFT_METHOD(necro_request_wait_content);
SWIFT_METHOD(necro_request_when_answered);

#define GETTER(name, doc) {#name, necro_request_##name, NULL, PyDoc_STR(doc), NULL}

static PyGetSetDef request_getters[] = {
    GETTER(method, "The method, such as GET."),
    GETTER(target, "The request-target as it was sent."),
    GETTER(path, "The path, percent-decoded."),
    GETTER(raw_path, "The path as it was sent."),
    GETTER(query_string, "The query as it was sent, without the question mark."),
    GETTER(http_version, "1.1 or 1.0."),
    GETTER(scheme, "http or https."),
    GETTER(client, "The peer's host and port; None on a unix socket."),
    GETTER(tls_facts, "Version, cipher, protocol, server name, and the client's subject and "
                      "certificate; None without TLS."),
    GETTER(authority, "The host, and perhaps port, that the client asked."),
    GETTER(unmatched, "What a request is to be answered that matches no route: its status and the "
                      "methods for the Allow field, or None; None when a route matches."),
    GETTER(captures, "The path parameters, percent-decoded, in the template's order."),
    {NULL, NULL, NULL, NULL, NULL}};

static PyMethodDef request_methods[] = {
    {"header", necro_request_header, METH_O,
     PyDoc_STR("header($self, name, /)\n--\n\nThe first value of a header field, or None.")},
    {"header_values", necro_request_header_values, METH_O,
     PyDoc_STR("header_values($self, name, /)\n--\n\nAll values of a header field.")},
    {"header_items", necro_request_header_items, METH_NOARGS,
     PyDoc_STR("header_items($self, /)\n--\n\nAll header fields in order, names in lower case.")},
    {"precondition_status", FASTCALL(necro_request_precondition_status), METH_FASTCALL,
     PyDoc_STR("precondition_status($self, etag, last_modified, exists, /)\n--\n\n304 or 412 when the "
               "request's conditions keep its method from being performed, else 0.")},
    {"accepts", FASTCALL(necro_request_accepts), METH_FASTCALL,
     PyDoc_STR("accepts($self, *media_types)\n--\n\nThe one that the client prefers; None if it accepts "
               "none of them.")},
    {"take_content", necro_request_take_content, METH_NOARGS,
     PyDoc_STR("take_content($self, /)\n--\n\nThe content that has arrived and was not taken: b'' when "
               "there is none yet, None at the end. Raises ConnectionResetError when the peer is "
               "gone.")},
    {"wait_content", necro_request_wait_content, METH_NOARGS,
     PyDoc_STR("wait_content($self, /)\n--\n\nA future that is done when take_content has more to say.")},
    {"when_answered", necro_request_when_answered, METH_O,
     PyDoc_STR("when_answered($self, callable, /)\n--\n\nHas a callable called once the response is "
               "complete, with whether the request was cancelled; at most one.")},
    {NULL, NULL, 0, NULL}};

static PyType_Slot request_slots[] = {{Py_tp_new, (void *)necro_request_new},
                                      {Py_tp_dealloc, (void *)necro_request_dealloc},
                                      {Py_tp_getset, request_getters},
                                      {Py_tp_methods, request_methods},
                                      {0, NULL}};

static PyType_Spec request_spec = {
    .name = "necro._necro.RequestHead",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = request_slots,
};

// Body.

extern PyObject *necro_body_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
extern void necro_body_dealloc(PyObject *self);
extern int necro_body_traverse(PyObject *self, visitproc visit, void *argument);
extern int necro_body_clear(PyObject *self);
extern PyObject *necro_body_getattro(PyObject *self, PyObject *name);
extern PyObject *necro_body_repr(PyObject *self);
extern PyObject *necro_body_compare(PyObject *self, PyObject *other, int operation);
extern PyObject *necro_body_iter(PyObject *self);
extern Py_ssize_t necro_body_length(PyObject *self);
extern PyObject *necro_body_subscript(PyObject *self, PyObject *key);
extern int necro_body_contains(PyObject *self, PyObject *key);
extern int necro_body_bool(PyObject *self);

int necro_body_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(((NecroBody *)self)->value);
  Py_VISIT(((NecroBody *)self)->path);
  return 0;
}

int necro_body_clear(PyObject *self) {
  Py_CLEAR(((NecroBody *)self)->value);
  Py_CLEAR(((NecroBody *)self)->path);
  return 0;
}

static PyType_Slot body_slots[] = {{Py_tp_new, (void *)necro_body_new},
                                   {Py_tp_dealloc, (void *)necro_body_dealloc},
                                   {Py_tp_traverse, (void *)necro_body_traverse},
                                   {Py_tp_clear, (void *)necro_body_clear},
                                   {Py_tp_getattro, (void *)necro_body_getattro},
                                   {Py_tp_repr, (void *)necro_body_repr},
                                   {Py_tp_richcompare, (void *)necro_body_compare},
                                   {Py_tp_hash, (void *)PyObject_HashNotImplemented},
                                   {Py_tp_iter, (void *)necro_body_iter},
                                   {Py_mp_length, (void *)necro_body_length},
                                   {Py_mp_subscript, (void *)necro_body_subscript},
                                   {Py_sq_contains, (void *)necro_body_contains},
                                   {Py_nb_bool, (void *)necro_body_bool},
                                   {0, NULL}};

static PyType_Spec body_spec = {
    .name = "necro._necro.Body",
    .basicsize = sizeof(NecroBody),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = body_slots,
};

PyType_Spec *necro_worker_spec(void) { return &worker_spec; }
PyType_Spec *necro_host_spec(void) { return &host_spec; }
PyType_Spec *necro_dispatcher_spec(void) { return &dispatcher_spec; }
PyType_Spec *necro_request_spec(void) { return &request_spec; }
PyType_Spec *necro_body_spec(void) { return &body_spec; }
