/// CPython's C interface as Swift sees it: Python.h, what Swift cannot import of it (macros, casts),
/// and the tables that define the extension module `_necro`, whose functions are written in Swift.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#if !__has_include(<Python.h>)
#error "Python.h not found: install CPython 3.13 or newer with its headers (pyenv install 3.13, or apt-get install python3.13-dev), or set NECRO_PYTHON_INCLUDE to the folder that has it"
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#if PY_VERSION_HEX < 0x030D0000
#error "CPython 3.13 or newer is needed; set NECRO_PYTHON_INCLUDE to the folder of its Python.h"
#endif
#ifdef Py_GIL_DISABLED
#error "free-threaded CPython is not supported: Necro runs a sub-interpreter with its own GIL per core"
#endif

// Macros.

static inline PyObject *necro_none(void) { return Py_None; }
static inline PyObject *necro_true(void) { return Py_True; }
static inline PyObject *necro_false(void) { return Py_False; }
static inline PyObject *necro_int_type(void) { return (PyObject *)&PyLong_Type; }
static inline PyObject *necro_float_type(void) { return (PyObject *)&PyFloat_Type; }
static inline PyTypeObject *necro_type(PyObject *o) { return Py_TYPE(o); }
static inline bool necro_is_exact_dict(PyObject *o) { return PyDict_CheckExact(o); }
static inline bool necro_is_dict(PyObject *o) { return PyDict_Check(o); }
static inline bool necro_is_list(PyObject *o) { return PyList_Check(o); }
static inline bool necro_is_tuple(PyObject *o) { return PyTuple_Check(o); }
static inline bool necro_is_str(PyObject *o) { return PyUnicode_Check(o); }
static inline bool necro_is_exact_str(PyObject *o) { return PyUnicode_CheckExact(o); }
static inline bool necro_is_bytes(PyObject *o) { return PyBytes_Check(o); }
static inline bool necro_is_int(PyObject *o) { return PyLong_Check(o); }
static inline bool necro_is_exact_int(PyObject *o) { return PyLong_CheckExact(o); }
static inline bool necro_is_float(PyObject *o) { return PyFloat_Check(o); }
static inline bool necro_is_instance(PyObject *o, PyTypeObject *t) { return PyObject_TypeCheck(o, t); }
static inline bool necro_is_type(PyObject *o, PyTypeObject *t) { return Py_IS_TYPE(o, t); }
static inline double necro_float_value(PyObject *o) { return PyFloat_AS_DOUBLE(o); }
static inline Py_ssize_t necro_size(PyObject *o) { return Py_SIZE(o); }
static inline Py_ssize_t necro_refcount(PyObject *o) { return Py_REFCNT(o); }
static inline PyObject *necro_list_item(PyObject *o, Py_ssize_t i) { return PyList_GET_ITEM(o, i); }
static inline PyObject *necro_tuple_item(PyObject *o, Py_ssize_t i) { return PyTuple_GET_ITEM(o, i); }
static inline Py_ssize_t necro_tuple_size(PyObject *o) { return PyTuple_GET_SIZE(o); }
static inline void necro_list_set(PyObject *o, Py_ssize_t i, PyObject *v) { PyList_SET_ITEM(o, i, v); }
static inline void *necro_string_octets(PyObject *o) { return PyUnicode_1BYTE_DATA(o); }
static inline void necro_tuple_set(PyObject *o, Py_ssize_t i, PyObject *v) { PyTuple_SET_ITEM(o, i, v); }
static inline PyObject *const *necro_tuple_items(PyObject *o) { return ((PyTupleObject *)o)->ob_item; }
static inline char *necro_bytes(PyObject *o) { return PyBytes_AS_STRING(o); }

/// Gives up a reference, if there is one: what Py_XDECREF does, in one place.
void necro_release(PyObject *o);

/// The octets of a str of ASCII alone, without a call; NULL for any other.
static inline const char *necro_ascii(PyObject *o, Py_ssize_t *count) {
  if (!PyUnicode_IS_COMPACT_ASCII(o)) return NULL;
  *count = ((PyASCIIObject *)o)->length;
  return (const char *)((PyASCIIObject *)o + 1);
}

/// What `int` and `float` themselves show a number as, whatever a subclass does; new references.
static inline PyObject *necro_int_text(PyObject *o) { return PyLong_Type.tp_repr(o); }
static inline PyObject *necro_float_text(PyObject *o) { return PyFloat_Type.tp_repr(o); }

/// Whether a callback is what wakes a Task, which stands in no other's way when it is called at once.
static inline bool necro_wakes_task(PyObject *o, PyTypeObject *task) {
  if (!PyCFunction_CheckExact(o)) return false;
  PyObject *self = PyCFunction_GET_SELF(o);
  return self != NULL && PyObject_TypeCheck(self, task);
}

/// The value of an int that CPython stores in one digit; false for any other.
static inline bool necro_compact_int(PyObject *o, Py_ssize_t *value) {
  if (!PyUnstable_Long_IsCompact((PyLongObject *)o)) return false;
  *value = PyUnstable_Long_CompactValue((PyLongObject *)o);
  return true;
}

/// `len(context)`: 0 while no context variable has been set in it.
static inline Py_ssize_t necro_context_count(PyObject *context) {
  return Py_TYPE(context)->tp_as_mapping->mp_length(context);
}

/// A new int of octets, the most significant first.
static inline PyObject *necro_int_from_octets(const void *octets, size_t count) {
  return PyLong_FromUnsignedNativeBytes(octets, count, Py_ASNATIVEBYTES_BIG_ENDIAN);
}

/// Calls with arguments whose preceding place the callee may use.
static inline PyObject *necro_vectorcall(PyObject *callable, PyObject *const *arguments,
                                         size_t positional, PyObject *names) {
  return PyObject_Vectorcall(callable, arguments, positional | PY_VECTORCALL_ARGUMENTS_OFFSET, names);
}

/// The frame that a thread of this interpreter is in, a new reference; NULL for none.
static inline PyObject *necro_frame(PyThreadState *thread) {
  return (PyObject *)PyThreadState_GetFrame(thread);
}

/// Takes the value of a StopIteration that is set, a new reference. False, with the error left as it
/// is, for any other.
static inline bool necro_fetch_stop_iteration(PyObject **value) {
  if (!PyErr_ExceptionMatches(PyExc_StopIteration)) return false;
  PyObject *error = PyErr_GetRaisedException();
  *value = Py_NewRef(((PyStopIterationObject *)error)->value);
  Py_DECREF(error);
  return true;
}

/// Sets OSError of a number, or the subclass that stands for it.
static inline void necro_raise_os_error(int code) {
  errno = code;
  PyErr_SetFromErrno(PyExc_OSError);
}

/// Whether the exception that is set is what indexing raises for what is not there.
static inline bool necro_is_lookup_error(void) {
  return PyErr_ExceptionMatches(PyExc_LookupError) || PyErr_ExceptionMatches(PyExc_TypeError);
}

/// Whether the exception that is set is asyncio.CancelledError.
bool necro_is_cancellation(void);

/// Makes an interpreter with its own GIL on this thread and leaves it current.
/// Returns NULL on success, else why not (static text or CPython's own).
const char *necro_new_interpreter(void);

/// An exception of the built-in types, by name: the globals are pointers that differ per platform
/// in what Swift makes of them.
static inline PyObject *necro_type_error(void) { return PyExc_TypeError; }
static inline PyObject *necro_value_error(void) { return PyExc_ValueError; }
static inline PyObject *necro_runtime_error(void) { return PyExc_RuntimeError; }
static inline PyObject *necro_attribute_error(void) { return PyExc_AttributeError; }
static inline PyObject *necro_index_error(void) { return PyExc_IndexError; }
static inline PyObject *necro_key_error(void) { return PyExc_KeyError; }
static inline PyObject *necro_overflow_error(void) { return PyExc_OverflowError; }
static inline PyObject *necro_os_error(void) { return PyExc_OSError; }
static inline PyObject *necro_stop_iteration(void) { return PyExc_StopIteration; }

// The objects of the module's types. `payload` is an unmanaged reference to a Swift object.

typedef struct {
  PyObject_HEAD
  void *payload;
} NecroObject;

typedef struct {
  PyObject_HEAD
  PyObject *value;
  /// The keys and indices that lead here, a tuple; NULL for the document itself.
  PyObject *path;
} NecroBody;

/// A row of a Postgres result. Its size is the number of columns.
typedef struct {
  PyObject_VAR_HEAD
  /// An unmanaged reference to the RowSet whose octets hold this row; never NULL once made.
  void *rows;
  /// Where the first column begins in those octets.
  Py_ssize_t first;
  /// Where column number `column` begins: the place that was reached by the last look.
  Py_ssize_t cursor;
  Py_ssize_t column;
  /// The columns' values that were asked for; NULL for the others.
  PyObject *values[1];
} NecroRow;

/// A row without values, which the garbage collector does not track yet.
PyObject *necro_row_allocate(PyTypeObject *type, Py_ssize_t columns);
int necro_row_clear(PyObject *self);
/// Gives up the values of a row and frees it.
void necro_row_free(PyObject *self);

static inline NecroRow *necro_row(PyObject *o) { return (NecroRow *)o; }
static inline PyObject **necro_row_values(PyObject *o) { return ((NecroRow *)o)->values; }

static inline bool necro_is_tracked(PyObject *o) { return PyObject_IS_GC(o) && PyObject_GC_IsTracked(o); }

/// Has the garbage collector look at an object that can now be part of a cycle.
static inline void necro_gc_track(PyObject *o) {
  if (!PyObject_GC_IsTracked(o)) PyObject_GC_Track(o);
}

/// What a PostgresCall has beside what a Future has: an unmanaged reference to its PendingCall, NULL
/// once it is over.
static inline void **necro_call_record(PyObject *o, PyTypeObject *type) {
  return (void **)PyObject_GetTypeData(o, type);
}

extern PyModuleDef necro_module_definition;

/// What the module keeps per interpreter: an unmanaged reference to a Swift object.
typedef struct {
  void *payload;
} NecroModuleState;

static inline NecroModuleState *necro_module_state(PyObject *module) {
  return (NecroModuleState *)PyModule_GetState(module);
}

/// The module of this interpreter to which the type of `o` belongs; borrowed, or NULL with an error.
static inline PyObject *necro_module_of(PyObject *o) {
  return PyType_GetModuleByDef(Py_TYPE(o), &necro_module_definition);
}

// The types' tables, by name.


PyType_Spec *necro_worker_spec(void);
PyType_Spec *necro_host_spec(void);
PyType_Spec *necro_dispatcher_spec(void);
PyType_Spec *necro_connection_spec(void);
PyType_Spec *necro_request_spec(void);
PyType_Spec *necro_body_spec(void);
PyType_Spec *necro_row_spec(void);
PyType_Spec *necro_call_spec(void);
PyType_Spec *necro_pool_spec(void);
PyType_Spec *necro_session_spec(void);
PyType_Spec *necro_redict_spec(void);
PyType_Spec *necro_redict_connection_spec(void);
PyType_Spec *necro_redict_batch_spec(void);
PyType_Spec *necro_redict_call_spec(void);

/// Gives up the references of a Body.
int necro_body_clear(PyObject *self);

// Exceptions with messages that are put together.

/// Sets an exception whose message ends in a number.
void necro_raise_number(PyObject *type, const char *message, Py_ssize_t number);

/// Sets an exception whose message ends in what an object is shown as.
void necro_raise_about(PyObject *type, const char *message, PyObject *subject);

/// Sets the exception for a JSON text that cannot be read.
///
/// `path`, a JSON Pointer, is taken over; NULL where an exception is set already.
void necro_raise_decode_error(PyObject *type, const char *message, Py_ssize_t offset,
                              Py_ssize_t line, Py_ssize_t column, PyObject *path);

#include "CPythonDatetime.h"

#include "JSONObjects.h"
#include "JSONReader.h"
#include "JSONWriter.h"
