/// The tables that define `PostgresPool` and `PostgresConnection`. Their functions are written in Swift; the
/// Python side (`necro.postgres`) is their one user.
#include "CPython.h"

extern PyObject *necro_pool_fetch_one(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_pool_fetch_all(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_pool_fetch_value(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_pool_execute(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_pool_query_apart(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_pool_acquire(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_attach(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_pool_connection_failed(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_fail_waiting(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_fileno(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_turn(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_flush(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_close(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_counts(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_connections(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_learn(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_pool_alias(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_pool_types_known(PyObject *self, PyObject *argument);
extern PyObject *necro_pool_set_codec(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_fetch_one(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_session_fetch_all(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_session_fetch_value(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_session_execute(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
extern PyObject *necro_session_fetch_types(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_script(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_copy_in(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_copy_out(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_batch(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_cursor_open(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_cursor_fetch(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_cursor_close(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_copy_write(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_copy_end(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
extern PyObject *necro_session_copy_token(PyObject *self, PyObject *argument);
extern PyObject *necro_session_copy_begun(PyObject *self, PyObject *argument);
extern PyObject *necro_session_copy_take(PyObject *self, PyObject *argument);
extern PyObject *necro_session_release(PyObject *self, PyObject *argument);
extern PyObject *necro_session_close(PyObject *self, PyObject *argument);
extern PyObject *necro_session_retire(PyObject *self, PyObject *argument);
extern PyObject *necro_session_parameter(PyObject *self, PyObject *argument);
extern PyObject *necro_session_process_id(PyObject *self, void *closure);
extern PyObject *necro_session_ages(PyObject *self, PyObject *argument);
extern PyObject *necro_session_transaction_status(PyObject *self, void *closure);
extern PyObject *necro_session_state(PyObject *self, void *closure);
extern PyObject *necro_session_is_idle(PyObject *self, void *closure);
extern PyObject *necro_session_is_encrypted(PyObject *self, void *closure);
extern PyObject *necro_session_is_authenticated(PyObject *self, void *closure);
extern PyObject *necro_pool_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords);
extern void necro_pool_dealloc(PyObject *self);
extern void necro_session_dealloc(PyObject *self);

#define METHOD(name) (PyCFunction)(void (*)(void))name

static PyMethodDef pool_methods[] = {
    {"fetch_one", METHOD(necro_pool_fetch_one), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"fetch_all", METHOD(necro_pool_fetch_all), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"fetch_value", METHOD(necro_pool_fetch_value), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"execute", METHOD(necro_pool_execute), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"query_apart", METHOD(necro_pool_query_apart), METH_FASTCALL, NULL},
    {"acquire", METHOD(necro_pool_acquire), METH_O, NULL},
    {"attach", METHOD(necro_pool_attach), METH_FASTCALL, NULL},
    {"connection_failed", METHOD(necro_pool_connection_failed), METH_NOARGS, NULL},
    {"fail_waiting", METHOD(necro_pool_fail_waiting), METH_NOARGS, NULL},
    {"fileno", METHOD(necro_pool_fileno), METH_NOARGS, NULL},
    {"turn", METHOD(necro_pool_turn), METH_NOARGS, NULL},
    {"flush", METHOD(necro_pool_flush), METH_NOARGS, NULL},
    {"close", METHOD(necro_pool_close), METH_NOARGS, NULL},
    {"counts", METHOD(necro_pool_counts), METH_NOARGS, NULL},
    {"connections", METHOD(necro_pool_connections), METH_NOARGS, NULL},
    {"learn", METHOD(necro_pool_learn), METH_FASTCALL, NULL},
    {"alias", METHOD(necro_pool_alias), METH_FASTCALL, NULL},
    {"types_known", METHOD(necro_pool_types_known), METH_O, NULL},
    {"set_codec", METHOD(necro_pool_set_codec), METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL}};

static PyType_Slot pool_slots[] = {
    {Py_tp_new, (void *)necro_pool_new},
    {Py_tp_dealloc, (void *)necro_pool_dealloc},
    {Py_tp_methods, pool_methods},
    {0, NULL}};

static PyType_Spec pool_spec = {
    .name = "necro._necro.PostgresPool",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = pool_slots,
};

static PyMethodDef connection_methods[] = {
    {"fetch_one", METHOD(necro_session_fetch_one), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"fetch_all", METHOD(necro_session_fetch_all), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"fetch_value", METHOD(necro_session_fetch_value), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"execute", METHOD(necro_session_execute), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"fetch_types", METHOD(necro_session_fetch_types), METH_FASTCALL, NULL},
    {"script", METHOD(necro_session_script), METH_FASTCALL, NULL},
    {"copy_in", METHOD(necro_session_copy_in), METH_FASTCALL, NULL},
    {"copy_out", METHOD(necro_session_copy_out), METH_FASTCALL, NULL},
    {"batch", METHOD(necro_session_batch), METH_FASTCALL, NULL},
    {"cursor_open", METHOD(necro_session_cursor_open), METH_FASTCALL, NULL},
    {"cursor_fetch", METHOD(necro_session_cursor_fetch), METH_FASTCALL, NULL},
    {"cursor_close", METHOD(necro_session_cursor_close), METH_FASTCALL, NULL},
    {"copy_write", METHOD(necro_session_copy_write), METH_FASTCALL, NULL},
    {"copy_end", METHOD(necro_session_copy_end), METH_FASTCALL, NULL},
    {"copy_token", METHOD(necro_session_copy_token), METH_O, NULL},
    {"copy_begun", METHOD(necro_session_copy_begun), METH_O, NULL},
    {"copy_take", METHOD(necro_session_copy_take), METH_O, NULL},
    {"release", METHOD(necro_session_release), METH_O, NULL},
    {"close", METHOD(necro_session_close), METH_NOARGS, NULL},
    {"retire", METHOD(necro_session_retire), METH_NOARGS, NULL},
    {"parameter", METHOD(necro_session_parameter), METH_O, NULL},
    {"ages", METHOD(necro_session_ages), METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef connection_getters[] = {
    {"process_id", necro_session_process_id, NULL, NULL, NULL},
    {"transaction_status", necro_session_transaction_status, NULL, NULL, NULL},
    {"state", necro_session_state, NULL, NULL, NULL},
    {"is_idle", necro_session_is_idle, NULL, NULL, NULL},
    {"is_encrypted", necro_session_is_encrypted, NULL, NULL, NULL},
    {"is_authenticated", necro_session_is_authenticated, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static PyType_Slot connection_slots[] = {
    {Py_tp_dealloc, (void *)necro_session_dealloc},
    {Py_tp_methods, connection_methods},
    {Py_tp_getset, connection_getters},
    {0, NULL}};

static PyType_Spec connection_spec = {
    .name = "necro._necro.PostgresConnection",
    .basicsize = sizeof(NecroObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = connection_slots,
};

PyType_Spec *necro_pool_spec(void) { return &pool_spec; }
PyType_Spec *necro_session_spec(void) { return &connection_spec; }
