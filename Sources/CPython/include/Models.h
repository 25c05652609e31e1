/// Models: classes whose instances have fields of declared types.
///
/// A `Rule` says which values are accepted, and a class's plan which rule each of its fields has. What
/// is in here accepts or gives up: why a value is refused, with every fault, is for `necro._validation`
/// to say, which looks at refused values again and has the last word.
#pragma once
#include "CPython.h"

/// What a rule is about; `necro._rules` counts in the same order.
enum {
  NECRO_RULE_SCALAR,
  /// Instances of `subject`, which JSON has as text that `convert` reads.
  NECRO_RULE_TEXT,
  /// The keys of `table`, a dict of pairs: the key itself, and what stands for it.
  NECRO_RULE_CHOICE,
  /// A list, set, frozenset or tuple, as `subject` says, of what items[0] accepts.
  NECRO_RULE_ARRAY,
  /// A tuple of what each of the items accepts.
  NECRO_RULE_FIXED,
  /// A dict of what items[0] accepts, under str.
  NECRO_RULE_OBJECT,
  /// Instances of the class `subject`.
  NECRO_RULE_MODEL,
  /// What `accepts` says, texts for items[0], arrays for items[1], objects for items[2].
  NECRO_RULE_UNION,
  /// Objects whose member `subject` is a key of `table`, a dict of model classes.
  NECRO_RULE_TAGGED,
  /// What `convert` makes of a plain value, or raises ValueError; instances of exactly `subject` as they are.
  NECRO_RULE_PYTHON,
};

/// The scalars that a rule accepts.
enum {
  NECRO_ACCEPTS_NULL = 1,
  NECRO_ACCEPTS_BOOLEAN = 2,
  NECRO_ACCEPTS_INTEGER = 4,
  NECRO_ACCEPTS_FLOAT = 8,
  NECRO_ACCEPTS_STRING = 16,
  NECRO_ACCEPTS_ANYTHING = 32,
};

/// A Rule: an object of Python's, which holds the rules it is made of, and never changes.
typedef struct NecroRule {
  PyObject_VAR_HEAD
  uint8_t kind, accepts;
  /// Whether there are bounds or checks.
  bool is_bounded;
  Py_ssize_t length_min, length_max;
  /// At least, above, at most, below; NULL where there is none.
  PyObject *bounds[4];
  /// A tuple of functions that say whether they accept a value, or NULL.
  PyObject *checks;
  /// Each NULL where the kind has none.
  PyObject *subject, *table, *convert;
  /// What is called with a plain value that was refused; it raises, or returns what stands for the value.
  PyObject *explain;
  /// Rules; NULL for what a union does not accept.
  struct NecroRule *items[1];
} NecroRule;

#define NECRO_WRITTEN_MAX 48

typedef struct {
  PyObject *name;
  /// The name in JSON, a str.
  PyObject *alias;
  NecroRule *rule;
  /// The default, or what makes one; both NULL where the field is required.
  PyObject *preset, *factory;
  /// Where the value lies in an instance.
  Py_ssize_t offset;
  /// The alias in UTF-8, which lies in the str.
  const uint8_t *octets;
  size_t count;
  /// The alias as it is written, with quotes and colon; a count of 0 for a longer one.
  uint8_t written[NECRO_WRITTEN_MAX];
  uint8_t written_count;
} NecroField;

#define NECRO_KEPT_MAX 32

/// The fields of a class, which do not change any more.
typedef struct NecroPlan {
  Py_ssize_t count;
  /// How many may be given by position: the first ones.
  Py_ssize_t positional_count;
  bool is_frozen, forbids_extra, has_post_init;
  /// The names of keywords of the call before, and which field each was for: a call has the same tuple
  /// each time it is made at the same place.
  PyObject *keywords;
  Py_ssize_t *keyword_fields;
  /// The first field that one was for.
  Py_ssize_t keyword_first;
  /// Instances whose memory is used again.
  PyObject *kept[NECRO_KEPT_MAX];
  int kept_count;
  NecroField fields[];
} NecroPlan;

/// A class of models.
typedef struct {
  PyHeapTypeObject type;
  /// NULL until the class is first used, since annotations may name what is defined later, and again
  /// once the class is garbage.
  NecroPlan *plan;
  /// The same, for instances of a class that is garbage.
  NecroPlan *layout;
} NecroModelClass;

/// Whether an object is an instance of a class of models. There is no other that ends so.
void necro_model_dealloc(PyObject *self);
static inline bool necro_is_model(PyObject *o) { return Py_TYPE(o)->tp_dealloc == necro_model_dealloc; }
static inline bool necro_is_model_class(PyObject *o) {
  return PyType_Check(o) && ((PyTypeObject *)o)->tp_dealloc == necro_model_dealloc;
}

/// Has a new class call, end and be traversed as one of models; false with an error where its instances
/// would have more than slots.
bool necro_model_adopt(PyTypeObject *type);

static inline PyObject **necro_model_slot(PyObject *self, const NecroField *field) {
  return (PyObject **)((char *)self + field->offset);
}

/// The plan of a class of models, made when it is not yet; NULL with an error.
NecroPlan *necro_plan_make(PyTypeObject *type);
static inline NecroPlan *necro_plan(PyTypeObject *type) {
  NecroPlan *plan = ((NecroModelClass *)type)->plan;
  return __builtin_expect(plan != NULL, 1) ? plan : necro_plan_make(type);
}

/// An instance without values, which the garbage collector does not track.
PyObject *necro_model_allocate(PyTypeObject *type, NecroPlan *plan);

/// Fills what no value was given for, has `__post_init__` called, and has the collector track the
/// instance where it is of use; false with or without an error. Where it fails the instance is to be
/// let go of.
bool necro_model_finish(PyObject *self, NecroPlan *plan, Py_ssize_t filled, bool is_tracked);

/// Whether an object can be part of a cycle, now or later.
static inline bool necro_may_be_tracked(PyObject *o) {
  return PyType_HasFeature(Py_TYPE(o), Py_TPFLAGS_HAVE_GC) &&
         (!PyTuple_CheckExact(o) || PyObject_GC_IsTracked(o));
}

/// Whether a value keeps the bounds of a rule.
bool necro_rule_holds(NecroRule *rule, PyObject *value);

// All of these give a new reference; NULL without an error for what the rule does not accept, and with
// one where something else went wrong.

/// The value that a rule makes of another.
PyObject *necro_rule_check(NecroRule *rule, PyObject *value);
/// A model of a dict of plain values.
PyObject *necro_model_of_dict(PyTypeObject *type, PyObject *dict);
/// What `convert` of a rule makes of a value.
PyObject *necro_rule_convert(NecroRule *rule, PyObject *value);
/// What stands for a value in the table of a rule; borrowed.
PyObject *necro_rule_choose(NecroRule *rule, PyObject *value);

/// A reader, and where its tape begins.
typedef struct {
  NecroJSONReader json;
  const NecroJSONElement *tape;
} NecroModelReader;

/// Reads the next value by a rule, or as a model of a class.
PyObject *necro_rule_read(NecroModelReader *reader, NecroRule *rule);
PyObject *necro_model_read(NecroModelReader *reader, PyTypeObject *type);
/// Reads the next value by what is a rule or a class of models.
PyObject *necro_target_read(NecroModelReader *reader, PyObject *target);

/// The values of a model by their names in JSON, a new dict; NULL with an error.
PyObject *necro_model_members(PyObject *self);

PyType_Spec *necro_rule_spec(void);
PyType_Spec *necro_model_spec(void);
PyType_Spec *necro_model_class_spec(void);
