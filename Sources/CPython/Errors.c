/// Exceptions whose messages are put together: in C, where CPython has a function for it.
#include "CPython.h"

void necro_raise_number(PyObject *type, const char *message, Py_ssize_t number) {
  PyErr_Format(type, "%s: %zd", message, number);
}

void necro_raise_about(PyObject *type, const char *message, PyObject *subject) {
  PyErr_Format(type, "%s: %R", message, subject);
}

/// Sets an attribute and gives up the reference to its value.
static int set(PyObject *exception, const char *name, PyObject *value) {
  int status = value ? PyObject_SetAttrString(exception, name, value) : -1;
  Py_XDECREF(value);
  return status;
}

void necro_raise_decode_error(PyObject *type, const char *message, Py_ssize_t offset,
                              Py_ssize_t line, Py_ssize_t column, PyObject *path) {
  if (path == NULL) return;
  PyObject *text = PyUnicode_FromFormat("%s at line %zd, column %zd%s%U", message, line, column,
                                        PyUnicode_GET_LENGTH(path) ? ", in " : "", path);
  PyObject *exception = text ? PyObject_CallOneArg(type, text) : NULL;
  Py_XDECREF(text);
  if (exception && set(exception, "msg", PyUnicode_FromString(message)) == 0 &&
      set(exception, "offset", PyLong_FromSsize_t(offset)) == 0 &&
      set(exception, "line", PyLong_FromSsize_t(line)) == 0 &&
      set(exception, "column", PyLong_FromSsize_t(column)) == 0 &&
      set(exception, "path", Py_NewRef(path)) == 0)
    PyErr_SetObject(type, exception);
  Py_XDECREF(exception);
  Py_DECREF(path);
}
