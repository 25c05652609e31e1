/// Writing models as JSON: a part of JSONWriter.c, whose functions it is inlined with.
#pragma once
#include "Models.h"

/// Writes the name of a field; NULL with an error.
HOT uint8_t *write_field_name(NecroJSONCall *call, NecroField *field, uint8_t *out) {
  if (__builtin_expect(field->written_count != 0, 1)) {
    memcpy(out, field->written, NECRO_WRITTEN_MAX);
    return out + field->written_count;
  }
  out = write_string(call, field->alias, out);
  if (out != NULL) *out++ = ':';
  return out;
}

static bool write_model(NecroJSONCall *call, PyObject *model, Py_ssize_t depth) {
  if (depth >= NECRO_JSON_DEPTH_MAX) return !necro_json_is_too_deep(depth);
  NecroPlan *plan = necro_plan(Py_TYPE(model));
  if (plan == NULL) return false;
  uint8_t *out = call->out;
  *out++ = '{';
  for (Py_ssize_t index = 0; index < plan->count; index++) {
    NecroField *field = &plan->fields[index];
    if (__builtin_expect(call->limit - out < NECRO_JSON_ROOM, 0)) {
      call->out = out;
      if (!necro_json_make_room(call, 0)) return false;
      out = call->out;
    }
    out = write_field_name(call, field, out);
    if (out == NULL) return false;
    uint8_t *start = out;
    PyObject *value = *necro_model_slot(model, field);
    if (__builtin_expect(value == NULL, 0)) {
      PyErr_SetObject(PyExc_AttributeError, field->name);
      return false;
    }
    out = write_scalar(call, value, out);
    if (out == NOT_SCALAR) {
      call->out = start;
      // A fallback is the user's code, which may set another value.
      Py_INCREF(value);
      out = write_nested(call, value, depth + 1) ? call->out : NULL;
      Py_DECREF(value);
    }
    if (out == NULL) {
      necro_json_failed_in(call, field->alias);
      return false;
    }
    *out++ = ',';
  }
  return end(call, out, '}');
}
