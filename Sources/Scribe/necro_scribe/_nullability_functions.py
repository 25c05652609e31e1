"""Which functions that come with Postgres never return NULL, and when.

What is not listed may return NULL. The lists are held against the server by a test that calls every
function of them with values at the edges of their types. Functions of extensions and of users are
in none of them: what they return is for them to say.
"""

from necro_scribe._catalog import Function

__all__ = [
    "AGGREGATES",
    "AGGREGATES_OF_ANYTHING",
    "AGGREGATES_OF_NOTHING",
    "FRAME_WINDOW_FUNCTIONS",
    "SETS",
    "WINDOW_FUNCTIONS",
    "is_never_null",
    "is_null_of_first",
    "is_null_only_of_nulls",
    "is_part_of_all_times",
    "never_null_of_values",
]


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


# NULL only where an argument is; of all types of arguments, those in _EXCEPTIONS apart.
_OF_VALUES = words(
    """
    abbrev abs acos acosd acosh age area array_positions array_to_json array_to_string
    array_to_tsvector ascii asin asind asinh atan atan2 atan2d atan2 atand atanh bit bit_count
    bit_length bool box bpchar broadcast btrim cardinality casefold cbrt ceil ceiling center
    char char_length character_length chr cidr circle convert convert_from convert_to cos cosd
    cosh cot cotd crc32 crc32c currval date date_add date_bin date_subtract date_trunc
    datemultirange decode degrees diameter div encode erf erfc exp factorial family float4
    float8 floor gamma gcd get_bit get_byte height host hostmask inet_merge inet_same_family
    initcap int2 int4 int4multirange int8 int8multirange interval isclosed isempty isfinite
    isopen json_array_length json_object json_strip_nulls json_to_tsvector json_typeof
    jsonb_array_length jsonb_delete jsonb_insert jsonb_object jsonb_path_query_array
    jsonb_path_query_array_tz jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_tsvector
    jsonb_typeof justify_days justify_hours justify_interval lcm left length lgamma like
    like_escape line ln log log10 lower lower_inc lower_inf lpad lseg ltrim macaddr macaddr8
    macaddr8_set7bit make_date make_interval make_time make_timestamp make_timestamptz masklen
    md5 mod money multirange name netmask network nextval normalize notlike npoints numeric
    nummultirange numnode octet_length oid overlay path phraseto_tsquery plainto_tsquery point
    polygon popen pclose position pow power querytree quote_ident quote_literal radians radius
    random random_normal range_merge regexp_count regexp_instr regexp_like regexp_replace
    regexp_split_to_array repeat replace reverse right round row_to_json rpad rtrim set_bit
    set_byte set_masklen setval setweight sha224 sha256 sha384 sha512 sign similar_escape
    similar_to_escape sin sind sinh slope
    split_part sqrt starts_with strip strpos substr substring tan tand tanh text time timestamp
    timestamptz timetz timezone to_date to_hex to_bin to_oct to_json to_jsonb to_timestamp
    to_tsquery to_tsvector translate trim_array trim_scale trunc ts_delete ts_filter ts_headline
    ts_rank ts_rank_cd ts_rewrite tsquery_phrase tsvector_to_array tsmultirange tstzmultirange
    unistr upper upper_inc upper_inf varbit varchar websearch_to_tsquery width width_bucket xml
    xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlcomment
    xmlexists xpath xpath_exists
    """
)
_EXCEPTIONS = frozenset(
    {
        "area(path)",
        "lower(anyrange)",
        "lower(anymultirange)",
        "upper(anyrange)",
        "upper(anymultirange)",
        "substring(text,text)",
        "substring(text,text,text)",
        # Of infinity.
        "time(timestamp)",
        "time(timestamptz)",
        "timetz(timestamptz)",
        # From 18 on the null of JSON is NULL.
        *(f"{name}(jsonb)" for name in ("bool", "int2", "int4", "int8", "float4", "float8")),
        "numeric(jsonb)",
        # May be made by a cast that nobody has looked at.
        "querytree(tsquery)",
    }
)
# Never NULL, whatever the arguments are.
_OF_ANYTHING = words(
    """
    array_append array_prepend clock_timestamp concat current_database current_user
    gen_random_uuid json_build_array json_build_object jsonb_build_array jsonb_build_object now
    num_nonnulls num_nulls pg_backend_pid pg_current_xact_id pg_postmaster_start_time pi
    quote_nullable random session_user int4range int8range numrange daterange tsrange tstzrange
    statement_timestamp timeofday transaction_timestamp txid_current uuidv4 uuidv7 version
    """
)
# NULL only where all arguments are.
_OF_NULLS = frozenset({"array_cat"})
# NULL only where the first argument is.
_OF_FIRST = frozenset({"array_remove", "array_replace", "concat_ws", "format", "string_to_array"})
# Operators whose functions are NULL only where an argument is.
_OPERATORS = words(
    """
    = <> < > <= >= + - * / % ^ || ~~ !~~ ~~* !~~* ~ !~ ~* !~* @> <@ && & | # << >> <<= >>= &< &>
    -|- ? ?| ?& #- @@ @@@ <-> !! |/ ||/ @ ^@ ~<~ ~<=~ ~>~ ~>=~ <<| |>> &<| |&>
    """
)
# The shapes: some of their operators find nothing.
_SHAPES = frozenset({"point", "lseg", "box", "path", "polygon", "line", "circle", "jsonpath"})

# Aggregates that are never NULL, also of no rows.
AGGREGATES_OF_NOTHING = frozenset({"count", "regr_count"})
# Aggregates that are not NULL of one row and more, whatever is in them.
AGGREGATES_OF_ANYTHING = words(
    """
    array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg json_object_agg_unique
    jsonb_object_agg_unique
    """
)
# Aggregates that are not NULL of one row and more in which the argument is not NULL.
AGGREGATES = words(
    """
    any_value avg bit_and bit_or bit_xor bool_and bool_or every max min mode percentile_cont
    percentile_disc range_agg range_intersect_agg stddev_pop string_agg sum var_pop xmlagg
    """
)
WINDOW_FUNCTIONS = frozenset({"row_number", "rank", "dense_rank", "percent_rank", "cume_dist"})
# Of the frame's rows: not NULL where the frame has the row itself, and the argument is not NULL.
FRAME_WINDOW_FUNCTIONS = frozenset({"first_value", "last_value"})
# Functions that return sets, and which of their columns are never NULL.
SETS: dict[str, tuple[bool, ...]] = {
    "generate_series": (True,),
    "generate_subscripts": (True,),
    "json_array_elements": (True,),
    "json_each": (True, True),
    "json_each_text": (True, False),
    "json_object_keys": (True,),
    "jsonb_array_elements": (True,),
    "jsonb_each": (True, True),
    "jsonb_each_text": (True, False),
    "jsonb_object_keys": (True,),
    "jsonb_path_query": (True,),
    "jsonb_path_query_tz": (True,),
    "regexp_matches": (True,),
    "regexp_split_to_table": (True,),
}
# Parts of a time that infinity has too.
_UNBOUNDED_PARTS = words(
    """
    century decade epoch isoyear julian millennium year centuries decades millennia years
    """
)


def never_null_of_values(function: Function, operator: str = "") -> bool:
    """Whether a function returns NULL only where it is given NULL.

    - operator: the name of the operator that calls it.
    """
    if not function.is_builtin or function.returns_set:
        return False
    if not function.is_strict:
        return function.name == "array_to_string"
    if operator:
        return operator in _OPERATORS and not _SHAPES.intersection(function.arguments)
    return function.name in _OF_VALUES and function.signature not in _EXCEPTIONS


def is_never_null(function: Function) -> bool:
    """Whether a function never returns NULL, whatever it is given."""
    return function.is_builtin and function.name in _OF_ANYTHING


def is_null_only_of_nulls(function: Function) -> bool:
    """Whether a function returns NULL only where all that it is given is NULL."""
    return function.is_builtin and function.name in _OF_NULLS


def is_null_of_first(function: Function) -> bool:
    """Whether a function returns NULL only where the first of its arguments is NULL."""
    return function.is_builtin and function.name in _OF_FIRST


def is_part_of_all_times(function: Function, part: str | None, version: int) -> bool:
    """Whether `extract` and `date_part` find a part in all values, infinite ones too."""
    if not function.is_builtin or function.name not in ("extract", "date_part"):
        return False
    of = function.arguments[-1]
    if of in ("time", "timetz") or (of == "interval" and version < 17):
        return True
    return part is not None and part.lower() in _UNBOUNDED_PARTS
