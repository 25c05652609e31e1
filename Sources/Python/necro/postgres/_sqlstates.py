"""An exception for each SQLSTATE. Written by `Sources/Python/generate/sqlstates.py`."""

from necro.postgres._errors import ServerError

__all__ = [
    "SQLSTATES",
    "ActiveSqlTransaction",
    "AdminShutdown",
    "AmbiguousAlias",
    "AmbiguousColumn",
    "AmbiguousFunction",
    "AmbiguousParameter",
    "ArraySubscriptError",
    "AssertFailure",
    "BadCopyFileFormat",
    "BranchTransactionAlreadyActive",
    "CannotCoerce",
    "CannotConnectNow",
    "CantChangeRuntimeParam",
    "CardinalityViolation",
    "CaseNotFound",
    "CharacterNotInRepertoire",
    "CheckViolation",
    "CollationMismatch",
    "ConfigFileError",
    "ConfigurationLimitExceeded",
    "ConnectionDoesNotExist",
    "ConnectionException",
    "ConnectionFailure",
    "ContainingSqlNotPermitted",
    "CrashShutdown",
    "DataCorrupted",
    "DataException",
    "DatabaseDropped",
    "DatatypeMismatch",
    "DatetimeFieldOverflow",
    "DeadlockDetected",
    "DependentObjectsStillExist",
    "DependentPrivilegeDescriptorsStillExist",
    "DiagnosticsException",
    "DiskFull",
    "DivisionByZero",
    "DuplicateAlias",
    "DuplicateColumn",
    "DuplicateCursor",
    "DuplicateDatabase",
    "DuplicateFile",
    "DuplicateFunction",
    "DuplicateJsonObjectKeyValue",
    "DuplicateObject",
    "DuplicatePreparedStatement",
    "DuplicateSchema",
    "DuplicateTable",
    "ErrorInAssignment",
    "EscapeCharacterConflict",
    "EventTriggerProtocolViolated",
    "ExclusionViolation",
    "ExternalRoutineException",
    "ExternalRoutineInvocationException",
    "ExternalRoutineInvocationNullValueNotAllowed",
    "ExternalRoutineModifyingSqlDataNotPermitted",
    "ExternalRoutineProhibitedSqlStatementAttempted",
    "ExternalRoutineReadingSqlDataNotPermitted",
    "FdwColumnNameNotFound",
    "FdwDynamicParameterValueNeeded",
    "FdwError",
    "FdwFunctionSequenceError",
    "FdwInconsistentDescriptorInformation",
    "FdwInvalidAttributeValue",
    "FdwInvalidColumnName",
    "FdwInvalidColumnNumber",
    "FdwInvalidDataType",
    "FdwInvalidDataTypeDescriptors",
    "FdwInvalidDescriptorFieldIdentifier",
    "FdwInvalidHandle",
    "FdwInvalidOptionIndex",
    "FdwInvalidOptionName",
    "FdwInvalidStringFormat",
    "FdwInvalidStringLengthOrBufferLength",
    "FdwInvalidUseOfNullPointer",
    "FdwNoSchemas",
    "FdwOptionNameNotFound",
    "FdwOutOfMemory",
    "FdwReplyHandle",
    "FdwSchemaNotFound",
    "FdwTableNotFound",
    "FdwTooManyHandles",
    "FdwUnableToCreateExecution",
    "FdwUnableToCreateReply",
    "FdwUnableToEstablishConnection",
    "FeatureNotSupported",
    "FileNameTooLong",
    "FloatingPointException",
    "ForeignKeyViolation",
    "FunctionExecutedNoReturnStatement",
    "GeneratedAlways",
    "GroupingError",
    "HeldCursorRequiresSameIsolationLevel",
    "IdleInTransactionSessionTimeout",
    "IdleSessionTimeout",
    "InFailedSqlTransaction",
    "InappropriateAccessModeForBranchTransaction",
    "InappropriateIsolationLevelForBranchTransaction",
    "IndeterminateCollation",
    "IndeterminateDatatype",
    "IndexCorrupted",
    "IndicatorOverflow",
    "InsufficientPrivilege",
    "InsufficientResources",
    "IntegrityConstraintViolation",
    "InternalError",
    "IntervalFieldOverflow",
    "InvalidArgumentForLogarithm",
    "InvalidArgumentForNthValueFunction",
    "InvalidArgumentForNtileFunction",
    "InvalidArgumentForPowerFunction",
    "InvalidArgumentForSqlJsonDatetimeFunction",
    "InvalidArgumentForWidthBucketFunction",
    "InvalidArgumentForXquery",
    "InvalidAuthorizationSpecification",
    "InvalidBinaryRepresentation",
    "InvalidCatalogName",
    "InvalidCharacterValueForCast",
    "InvalidColumnDefinition",
    "InvalidColumnReference",
    "InvalidCursorDefinition",
    "InvalidCursorName",
    "InvalidCursorState",
    "InvalidDatabaseDefinition",
    "InvalidDatetimeFormat",
    "InvalidEscapeCharacter",
    "InvalidEscapeOctet",
    "InvalidEscapeSequence",
    "InvalidForeignKey",
    "InvalidFunctionDefinition",
    "InvalidGrantOperation",
    "InvalidGrantor",
    "InvalidIndicatorParameterValue",
    "InvalidJsonText",
    "InvalidLocatorSpecification",
    "InvalidName",
    "InvalidObjectDefinition",
    "InvalidParameterValue",
    "InvalidPassword",
    "InvalidPrecedingOrFollowingSize",
    "InvalidPreparedStatementDefinition",
    "InvalidRecursion",
    "InvalidRegularExpression",
    "InvalidRoleSpecification",
    "InvalidRowCountInLimitClause",
    "InvalidRowCountInResultOffsetClause",
    "InvalidSavepointSpecification",
    "InvalidSchemaDefinition",
    "InvalidSchemaName",
    "InvalidSqlJsonSubscript",
    "InvalidSqlStatementName",
    "InvalidSqlstateReturned",
    "InvalidTableDefinition",
    "InvalidTablesampleArgument",
    "InvalidTablesampleRepeat",
    "InvalidTextRepresentation",
    "InvalidTimeZoneDisplacementValue",
    "InvalidTransactionInitiation",
    "InvalidTransactionState",
    "InvalidTransactionTermination",
    "InvalidUseOfEscapeCharacter",
    "InvalidXmlComment",
    "InvalidXmlContent",
    "InvalidXmlDocument",
    "InvalidXmlProcessingInstruction",
    "IoError",
    "LocatorException",
    "LockFileExists",
    "LockNotAvailable",
    "ModifyingSqlDataNotPermitted",
    "MoreThanOneSqlJsonItem",
    "MostSpecificTypeMismatch",
    "NameTooLong",
    "NoActiveSqlTransaction",
    "NoActiveSqlTransactionForBranchTransaction",
    "NoDataFound",
    "NoSqlJsonItem",
    "NonNumericSqlJsonItem",
    "NonUniqueKeysInAJsonObject",
    "NonstandardUseOfEscapeCharacter",
    "NotAnXmlDocument",
    "NotNullViolation",
    "NullValueNoIndicatorParameter",
    "NullValueNotAllowed",
    "NumericValueOutOfRange",
    "ObjectInUse",
    "ObjectNotInPrerequisiteState",
    "OperatorIntervention",
    "OutOfMemory",
    "PlpgsqlError",
    "PostgresSyntaxError",
    "PostgresSystemError",
    "ProgramLimitExceeded",
    "ProhibitedSqlStatementAttempted",
    "ProtocolViolation",
    "QueryCanceled",
    "RaiseException",
    "ReadOnlySqlTransaction",
    "ReadingSqlDataNotPermitted",
    "ReservedName",
    "RestrictViolation",
    "SavepointException",
    "SchemaAndDataStatementMixingNotSupported",
    "SequenceGeneratorLimitExceeded",
    "SerializationFailure",
    "SingletonSqlJsonItemRequired",
    "SqlJsonArrayNotFound",
    "SqlJsonItemCannotBeCastToTargetType",
    "SqlJsonMemberNotFound",
    "SqlJsonNumberNotFound",
    "SqlJsonObjectNotFound",
    "SqlJsonScalarRequired",
    "SqlRoutineException",
    "SqlStatementNotYetComplete",
    "SqlclientUnableToEstablishSqlconnection",
    "SqlserverRejectedEstablishmentOfSqlconnection",
    "SrfProtocolViolated",
    "StackedDiagnosticsAccessedWithoutActiveHandler",
    "StatementCompletionUnknown",
    "StatementTooComplex",
    "StringDataLengthMismatch",
    "StringDataRightTruncation",
    "SubstringError",
    "SyntaxErrorOrAccessRuleViolation",
    "TooManyArguments",
    "TooManyColumns",
    "TooManyConnections",
    "TooManyJsonArrayElements",
    "TooManyJsonObjectMembers",
    "TooManyRows",
    "TransactionIntegrityConstraintViolation",
    "TransactionResolutionUnknown",
    "TransactionRollback",
    "TransactionTimeout",
    "TriggerProtocolViolated",
    "TriggeredActionException",
    "TriggeredDataChangeViolation",
    "TrimError",
    "UndefinedColumn",
    "UndefinedFile",
    "UndefinedFunction",
    "UndefinedObject",
    "UndefinedParameter",
    "UndefinedTable",
    "UniqueViolation",
    "UnsafeNewEnumValueUsage",
    "UnterminatedCString",
    "UntranslatableCharacter",
    "WindowingError",
    "WithCheckOptionViolation",
    "WrongObjectType",
    "ZeroLengthCharacterString",
]


class SqlStatementNotYetComplete(ServerError):
    """Class 03: SQL Statement Not Yet Complete."""


class ConnectionException(ServerError):
    """Class 08: Connection Exception."""


class ConnectionDoesNotExist(ConnectionException):
    """08003: connection does not exist."""


class ConnectionFailure(ConnectionException):
    """08006: connection failure."""


class SqlclientUnableToEstablishSqlconnection(ConnectionException):
    """08001: sqlclient unable to establish sqlconnection."""


class SqlserverRejectedEstablishmentOfSqlconnection(ConnectionException):
    """08004: sqlserver rejected establishment of sqlconnection."""


class TransactionResolutionUnknown(ConnectionException):
    """08007: transaction resolution unknown."""


class ProtocolViolation(ConnectionException):
    """08P01: protocol violation."""


class TriggeredActionException(ServerError):
    """Class 09: Triggered Action Exception."""


class FeatureNotSupported(ServerError):
    """Class 0A: Feature Not Supported."""


class InvalidTransactionInitiation(ServerError):
    """Class 0B: Invalid Transaction Initiation."""


class LocatorException(ServerError):
    """Class 0F: Locator Exception."""


class InvalidLocatorSpecification(LocatorException):
    """0F001: invalid locator specification."""


class InvalidGrantor(ServerError):
    """Class 0L: Invalid Grantor."""


class InvalidGrantOperation(InvalidGrantor):
    """0LP01: invalid grant operation."""


class InvalidRoleSpecification(ServerError):
    """Class 0P: Invalid Role Specification."""


class DiagnosticsException(ServerError):
    """Class 0Z: Diagnostics Exception."""


class StackedDiagnosticsAccessedWithoutActiveHandler(DiagnosticsException):
    """0Z002: stacked diagnostics accessed without active handler."""


class InvalidArgumentForXquery(ServerError):
    """10608: invalid argument for xquery."""


class CaseNotFound(ServerError):
    """Class 20: Case Not Found."""


class CardinalityViolation(ServerError):
    """Class 21: Cardinality Violation."""


class DataException(ServerError):
    """Class 22: Data Exception."""


class ArraySubscriptError(DataException):
    """2202E: array subscript error."""


class CharacterNotInRepertoire(DataException):
    """22021: character not in repertoire."""


class DatetimeFieldOverflow(DataException):
    """22008: datetime field overflow."""


class DivisionByZero(DataException):
    """22012: division by zero."""


class ErrorInAssignment(DataException):
    """22005: error in assignment."""


class EscapeCharacterConflict(DataException):
    """2200B: escape character conflict."""


class IndicatorOverflow(DataException):
    """22022: indicator overflow."""


class IntervalFieldOverflow(DataException):
    """22015: interval field overflow."""


class InvalidArgumentForLogarithm(DataException):
    """2201E: invalid argument for logarithm."""


class InvalidArgumentForNtileFunction(DataException):
    """22014: invalid argument for ntile function."""


class InvalidArgumentForNthValueFunction(DataException):
    """22016: invalid argument for nth value function."""


class InvalidArgumentForPowerFunction(DataException):
    """2201F: invalid argument for power function."""


class InvalidArgumentForWidthBucketFunction(DataException):
    """2201G: invalid argument for width bucket function."""


class InvalidCharacterValueForCast(DataException):
    """22018: invalid character value for cast."""


class InvalidDatetimeFormat(DataException):
    """22007: invalid datetime format."""


class InvalidEscapeCharacter(DataException):
    """22019: invalid escape character."""


class InvalidEscapeOctet(DataException):
    """2200D: invalid escape octet."""


class InvalidEscapeSequence(DataException):
    """22025: invalid escape sequence."""


class NonstandardUseOfEscapeCharacter(DataException):
    """22P06: nonstandard use of escape character."""


class InvalidIndicatorParameterValue(DataException):
    """22010: invalid indicator parameter value."""


class InvalidParameterValue(DataException):
    """22023: invalid parameter value."""


class InvalidPrecedingOrFollowingSize(DataException):
    """22013: invalid preceding or following size."""


class InvalidRegularExpression(DataException):
    """2201B: invalid regular expression."""


class InvalidRowCountInLimitClause(DataException):
    """2201W: invalid row count in limit clause."""


class InvalidRowCountInResultOffsetClause(DataException):
    """2201X: invalid row count in result offset clause."""


class InvalidTablesampleArgument(DataException):
    """2202H: invalid tablesample argument."""


class InvalidTablesampleRepeat(DataException):
    """2202G: invalid tablesample repeat."""


class InvalidTimeZoneDisplacementValue(DataException):
    """22009: invalid time zone displacement value."""


class InvalidUseOfEscapeCharacter(DataException):
    """2200C: invalid use of escape character."""


class MostSpecificTypeMismatch(DataException):
    """2200G: most specific type mismatch."""


class NullValueNotAllowed(DataException):
    """22004: null value not allowed."""


class NullValueNoIndicatorParameter(DataException):
    """22002: null value no indicator parameter."""


class NumericValueOutOfRange(DataException):
    """22003: numeric value out of range."""


class SequenceGeneratorLimitExceeded(DataException):
    """2200H: sequence generator limit exceeded."""


class StringDataLengthMismatch(DataException):
    """22026: string data length mismatch."""


class StringDataRightTruncation(DataException):
    """22001: string data right truncation."""


class SubstringError(DataException):
    """22011: substring error."""


class TrimError(DataException):
    """22027: trim error."""


class UnterminatedCString(DataException):
    """22024: unterminated c string."""


class ZeroLengthCharacterString(DataException):
    """2200F: zero length character string."""


class FloatingPointException(DataException):
    """22P01: floating point exception."""


class InvalidTextRepresentation(DataException):
    """22P02: invalid text representation."""


class InvalidBinaryRepresentation(DataException):
    """22P03: invalid binary representation."""


class BadCopyFileFormat(DataException):
    """22P04: bad copy file format."""


class UntranslatableCharacter(DataException):
    """22P05: untranslatable character."""


class NotAnXmlDocument(DataException):
    """2200L: not an xml document."""


class InvalidXmlDocument(DataException):
    """2200M: invalid xml document."""


class InvalidXmlContent(DataException):
    """2200N: invalid xml content."""


class InvalidXmlComment(DataException):
    """2200S: invalid xml comment."""


class InvalidXmlProcessingInstruction(DataException):
    """2200T: invalid xml processing instruction."""


class DuplicateJsonObjectKeyValue(DataException):
    """22030: duplicate json object key value."""


class InvalidArgumentForSqlJsonDatetimeFunction(DataException):
    """22031: invalid argument for sql json datetime function."""


class InvalidJsonText(DataException):
    """22032: invalid json text."""


class InvalidSqlJsonSubscript(DataException):
    """22033: invalid sql json subscript."""


class MoreThanOneSqlJsonItem(DataException):
    """22034: more than one sql json item."""


class NoSqlJsonItem(DataException):
    """22035: no sql json item."""


class NonNumericSqlJsonItem(DataException):
    """22036: non numeric sql json item."""


class NonUniqueKeysInAJsonObject(DataException):
    """22037: non unique keys in a json object."""


class SingletonSqlJsonItemRequired(DataException):
    """22038: singleton sql json item required."""


class SqlJsonArrayNotFound(DataException):
    """22039: sql json array not found."""


class SqlJsonMemberNotFound(DataException):
    """2203A: sql json member not found."""


class SqlJsonNumberNotFound(DataException):
    """2203B: sql json number not found."""


class SqlJsonObjectNotFound(DataException):
    """2203C: sql json object not found."""


class TooManyJsonArrayElements(DataException):
    """2203D: too many json array elements."""


class TooManyJsonObjectMembers(DataException):
    """2203E: too many json object members."""


class SqlJsonScalarRequired(DataException):
    """2203F: sql json scalar required."""


class SqlJsonItemCannotBeCastToTargetType(DataException):
    """2203G: sql json item cannot be cast to target type."""


class IntegrityConstraintViolation(ServerError):
    """Class 23: Integrity Constraint Violation."""


class RestrictViolation(IntegrityConstraintViolation):
    """23001: restrict violation."""


class NotNullViolation(IntegrityConstraintViolation):
    """23502: not null violation."""


class ForeignKeyViolation(IntegrityConstraintViolation):
    """23503: foreign key violation."""


class UniqueViolation(IntegrityConstraintViolation):
    """23505: unique violation."""


class CheckViolation(IntegrityConstraintViolation):
    """23514: check violation."""


class ExclusionViolation(IntegrityConstraintViolation):
    """23P01: exclusion violation."""


class InvalidCursorState(ServerError):
    """Class 24: Invalid Cursor State."""


class InvalidTransactionState(ServerError):
    """Class 25: Invalid Transaction State."""


class ActiveSqlTransaction(InvalidTransactionState):
    """25001: active sql transaction."""


class BranchTransactionAlreadyActive(InvalidTransactionState):
    """25002: branch transaction already active."""


class HeldCursorRequiresSameIsolationLevel(InvalidTransactionState):
    """25008: held cursor requires same isolation level."""


class InappropriateAccessModeForBranchTransaction(InvalidTransactionState):
    """25003: inappropriate access mode for branch transaction."""


class InappropriateIsolationLevelForBranchTransaction(InvalidTransactionState):
    """25004: inappropriate isolation level for branch transaction."""


class NoActiveSqlTransactionForBranchTransaction(InvalidTransactionState):
    """25005: no active sql transaction for branch transaction."""


class ReadOnlySqlTransaction(InvalidTransactionState):
    """25006: read only sql transaction."""


class SchemaAndDataStatementMixingNotSupported(InvalidTransactionState):
    """25007: schema and data statement mixing not supported."""


class NoActiveSqlTransaction(InvalidTransactionState):
    """25P01: no active sql transaction."""


class InFailedSqlTransaction(InvalidTransactionState):
    """25P02: in failed sql transaction."""


class IdleInTransactionSessionTimeout(InvalidTransactionState):
    """25P03: idle in transaction session timeout."""


class TransactionTimeout(InvalidTransactionState):
    """25P04: transaction timeout."""


class InvalidSqlStatementName(ServerError):
    """Class 26: Invalid SQL Statement Name."""


class TriggeredDataChangeViolation(ServerError):
    """Class 27: Triggered Data Change Violation."""


class InvalidAuthorizationSpecification(ServerError):
    """Class 28: Invalid Authorization Specification."""


class InvalidPassword(InvalidAuthorizationSpecification):
    """28P01: invalid password."""


class DependentPrivilegeDescriptorsStillExist(ServerError):
    """Class 2B: Dependent Privilege Descriptors Still Exist."""


class DependentObjectsStillExist(DependentPrivilegeDescriptorsStillExist):
    """2BP01: dependent objects still exist."""


class InvalidTransactionTermination(ServerError):
    """Class 2D: Invalid Transaction Termination."""


class SqlRoutineException(ServerError):
    """Class 2F: SQL Routine Exception."""


class FunctionExecutedNoReturnStatement(SqlRoutineException):
    """2F005: function executed no return statement."""


class ModifyingSqlDataNotPermitted(SqlRoutineException):
    """2F002: modifying sql data not permitted."""


class ProhibitedSqlStatementAttempted(SqlRoutineException):
    """2F003: prohibited sql statement attempted."""


class ReadingSqlDataNotPermitted(SqlRoutineException):
    """2F004: reading sql data not permitted."""


class InvalidCursorName(ServerError):
    """Class 34: Invalid Cursor Name."""


class ExternalRoutineException(ServerError):
    """Class 38: External Routine Exception."""


class ContainingSqlNotPermitted(ExternalRoutineException):
    """38001: containing sql not permitted."""


class ExternalRoutineModifyingSqlDataNotPermitted(ExternalRoutineException):
    """38002: modifying sql data not permitted."""


class ExternalRoutineProhibitedSqlStatementAttempted(ExternalRoutineException):
    """38003: prohibited sql statement attempted."""


class ExternalRoutineReadingSqlDataNotPermitted(ExternalRoutineException):
    """38004: reading sql data not permitted."""


class ExternalRoutineInvocationException(ServerError):
    """Class 39: External Routine Invocation Exception."""


class InvalidSqlstateReturned(ExternalRoutineInvocationException):
    """39001: invalid sqlstate returned."""


class ExternalRoutineInvocationNullValueNotAllowed(ExternalRoutineInvocationException):
    """39004: null value not allowed."""


class TriggerProtocolViolated(ExternalRoutineInvocationException):
    """39P01: trigger protocol violated."""


class SrfProtocolViolated(ExternalRoutineInvocationException):
    """39P02: srf protocol violated."""


class EventTriggerProtocolViolated(ExternalRoutineInvocationException):
    """39P03: event trigger protocol violated."""


class SavepointException(ServerError):
    """Class 3B: Savepoint Exception."""


class InvalidSavepointSpecification(SavepointException):
    """3B001: invalid savepoint specification."""


class InvalidCatalogName(ServerError):
    """Class 3D: Invalid Catalog Name."""


class InvalidSchemaName(ServerError):
    """Class 3F: Invalid Schema Name."""


class TransactionRollback(ServerError):
    """Class 40: Transaction Rollback."""


class TransactionIntegrityConstraintViolation(TransactionRollback):
    """40002: transaction integrity constraint violation."""


class SerializationFailure(TransactionRollback):
    """40001: serialization failure."""


class StatementCompletionUnknown(TransactionRollback):
    """40003: statement completion unknown."""


class DeadlockDetected(TransactionRollback):
    """40P01: deadlock detected."""


class SyntaxErrorOrAccessRuleViolation(ServerError):
    """Class 42: Syntax Error or Access Rule Violation."""


class PostgresSyntaxError(SyntaxErrorOrAccessRuleViolation):
    """42601: syntax error."""


class InsufficientPrivilege(SyntaxErrorOrAccessRuleViolation):
    """42501: insufficient privilege."""


class CannotCoerce(SyntaxErrorOrAccessRuleViolation):
    """42846: cannot coerce."""


class GroupingError(SyntaxErrorOrAccessRuleViolation):
    """42803: grouping error."""


class WindowingError(SyntaxErrorOrAccessRuleViolation):
    """42P20: windowing error."""


class InvalidRecursion(SyntaxErrorOrAccessRuleViolation):
    """42P19: invalid recursion."""


class InvalidForeignKey(SyntaxErrorOrAccessRuleViolation):
    """42830: invalid foreign key."""


class InvalidName(SyntaxErrorOrAccessRuleViolation):
    """42602: invalid name."""


class NameTooLong(SyntaxErrorOrAccessRuleViolation):
    """42622: name too long."""


class ReservedName(SyntaxErrorOrAccessRuleViolation):
    """42939: reserved name."""


class DatatypeMismatch(SyntaxErrorOrAccessRuleViolation):
    """42804: datatype mismatch."""


class IndeterminateDatatype(SyntaxErrorOrAccessRuleViolation):
    """42P18: indeterminate datatype."""


class CollationMismatch(SyntaxErrorOrAccessRuleViolation):
    """42P21: collation mismatch."""


class IndeterminateCollation(SyntaxErrorOrAccessRuleViolation):
    """42P22: indeterminate collation."""


class WrongObjectType(SyntaxErrorOrAccessRuleViolation):
    """42809: wrong object type."""


class GeneratedAlways(SyntaxErrorOrAccessRuleViolation):
    """428C9: generated always."""


class UndefinedColumn(SyntaxErrorOrAccessRuleViolation):
    """42703: undefined column."""


class UndefinedFunction(SyntaxErrorOrAccessRuleViolation):
    """42883: undefined function."""


class UndefinedTable(SyntaxErrorOrAccessRuleViolation):
    """42P01: undefined table."""


class UndefinedParameter(SyntaxErrorOrAccessRuleViolation):
    """42P02: undefined parameter."""


class UndefinedObject(SyntaxErrorOrAccessRuleViolation):
    """42704: undefined object."""


class DuplicateColumn(SyntaxErrorOrAccessRuleViolation):
    """42701: duplicate column."""


class DuplicateCursor(SyntaxErrorOrAccessRuleViolation):
    """42P03: duplicate cursor."""


class DuplicateDatabase(SyntaxErrorOrAccessRuleViolation):
    """42P04: duplicate database."""


class DuplicateFunction(SyntaxErrorOrAccessRuleViolation):
    """42723: duplicate function."""


class DuplicatePreparedStatement(SyntaxErrorOrAccessRuleViolation):
    """42P05: duplicate prepared statement."""


class DuplicateSchema(SyntaxErrorOrAccessRuleViolation):
    """42P06: duplicate schema."""


class DuplicateTable(SyntaxErrorOrAccessRuleViolation):
    """42P07: duplicate table."""


class DuplicateAlias(SyntaxErrorOrAccessRuleViolation):
    """42712: duplicate alias."""


class DuplicateObject(SyntaxErrorOrAccessRuleViolation):
    """42710: duplicate object."""


class AmbiguousColumn(SyntaxErrorOrAccessRuleViolation):
    """42702: ambiguous column."""


class AmbiguousFunction(SyntaxErrorOrAccessRuleViolation):
    """42725: ambiguous function."""


class AmbiguousParameter(SyntaxErrorOrAccessRuleViolation):
    """42P08: ambiguous parameter."""


class AmbiguousAlias(SyntaxErrorOrAccessRuleViolation):
    """42P09: ambiguous alias."""


class InvalidColumnReference(SyntaxErrorOrAccessRuleViolation):
    """42P10: invalid column reference."""


class InvalidColumnDefinition(SyntaxErrorOrAccessRuleViolation):
    """42611: invalid column definition."""


class InvalidCursorDefinition(SyntaxErrorOrAccessRuleViolation):
    """42P11: invalid cursor definition."""


class InvalidDatabaseDefinition(SyntaxErrorOrAccessRuleViolation):
    """42P12: invalid database definition."""


class InvalidFunctionDefinition(SyntaxErrorOrAccessRuleViolation):
    """42P13: invalid function definition."""


class InvalidPreparedStatementDefinition(SyntaxErrorOrAccessRuleViolation):
    """42P14: invalid prepared statement definition."""


class InvalidSchemaDefinition(SyntaxErrorOrAccessRuleViolation):
    """42P15: invalid schema definition."""


class InvalidTableDefinition(SyntaxErrorOrAccessRuleViolation):
    """42P16: invalid table definition."""


class InvalidObjectDefinition(SyntaxErrorOrAccessRuleViolation):
    """42P17: invalid object definition."""


class WithCheckOptionViolation(ServerError):
    """Class 44: WITH CHECK OPTION Violation."""


class InsufficientResources(ServerError):
    """Class 53: Insufficient Resources."""


class DiskFull(InsufficientResources):
    """53100: disk full."""


class OutOfMemory(InsufficientResources):
    """53200: out of memory."""


class TooManyConnections(InsufficientResources):
    """53300: too many connections."""


class ConfigurationLimitExceeded(InsufficientResources):
    """53400: configuration limit exceeded."""


class ProgramLimitExceeded(ServerError):
    """Class 54: Program Limit Exceeded."""


class StatementTooComplex(ProgramLimitExceeded):
    """54001: statement too complex."""


class TooManyColumns(ProgramLimitExceeded):
    """54011: too many columns."""


class TooManyArguments(ProgramLimitExceeded):
    """54023: too many arguments."""


class ObjectNotInPrerequisiteState(ServerError):
    """Class 55: Object Not In Prerequisite State."""


class ObjectInUse(ObjectNotInPrerequisiteState):
    """55006: object in use."""


class CantChangeRuntimeParam(ObjectNotInPrerequisiteState):
    """55P02: cant change runtime param."""


class LockNotAvailable(ObjectNotInPrerequisiteState):
    """55P03: lock not available."""


class UnsafeNewEnumValueUsage(ObjectNotInPrerequisiteState):
    """55P04: unsafe new enum value usage."""


class OperatorIntervention(ServerError):
    """Class 57: Operator Intervention."""


class QueryCanceled(OperatorIntervention):
    """57014: query canceled."""


class AdminShutdown(OperatorIntervention):
    """57P01: admin shutdown."""


class CrashShutdown(OperatorIntervention):
    """57P02: crash shutdown."""


class CannotConnectNow(OperatorIntervention):
    """57P03: cannot connect now."""


class DatabaseDropped(OperatorIntervention):
    """57P04: database dropped."""


class IdleSessionTimeout(OperatorIntervention):
    """57P05: idle session timeout."""


class PostgresSystemError(ServerError):
    """Class 58: System Error (errors external to PostgreSQL itself)."""


class IoError(PostgresSystemError):
    """58030: io error."""


class UndefinedFile(PostgresSystemError):
    """58P01: undefined file."""


class DuplicateFile(PostgresSystemError):
    """58P02: duplicate file."""


class FileNameTooLong(PostgresSystemError):
    """58P03: file name too long."""


class ConfigFileError(ServerError):
    """Class F0: Configuration File Error."""


class LockFileExists(ConfigFileError):
    """F0001: lock file exists."""


class FdwError(ServerError):
    """Class HV: Foreign Data Wrapper Error (SQL/MED)."""


class FdwColumnNameNotFound(FdwError):
    """HV005: fdw column name not found."""


class FdwDynamicParameterValueNeeded(FdwError):
    """HV002: fdw dynamic parameter value needed."""


class FdwFunctionSequenceError(FdwError):
    """HV010: fdw function sequence error."""


class FdwInconsistentDescriptorInformation(FdwError):
    """HV021: fdw inconsistent descriptor information."""


class FdwInvalidAttributeValue(FdwError):
    """HV024: fdw invalid attribute value."""


class FdwInvalidColumnName(FdwError):
    """HV007: fdw invalid column name."""


class FdwInvalidColumnNumber(FdwError):
    """HV008: fdw invalid column number."""


class FdwInvalidDataType(FdwError):
    """HV004: fdw invalid data type."""


class FdwInvalidDataTypeDescriptors(FdwError):
    """HV006: fdw invalid data type descriptors."""


class FdwInvalidDescriptorFieldIdentifier(FdwError):
    """HV091: fdw invalid descriptor field identifier."""


class FdwInvalidHandle(FdwError):
    """HV00B: fdw invalid handle."""


class FdwInvalidOptionIndex(FdwError):
    """HV00C: fdw invalid option index."""


class FdwInvalidOptionName(FdwError):
    """HV00D: fdw invalid option name."""


class FdwInvalidStringLengthOrBufferLength(FdwError):
    """HV090: fdw invalid string length or buffer length."""


class FdwInvalidStringFormat(FdwError):
    """HV00A: fdw invalid string format."""


class FdwInvalidUseOfNullPointer(FdwError):
    """HV009: fdw invalid use of null pointer."""


class FdwTooManyHandles(FdwError):
    """HV014: fdw too many handles."""


class FdwOutOfMemory(FdwError):
    """HV001: fdw out of memory."""


class FdwNoSchemas(FdwError):
    """HV00P: fdw no schemas."""


class FdwOptionNameNotFound(FdwError):
    """HV00J: fdw option name not found."""


class FdwReplyHandle(FdwError):
    """HV00K: fdw reply handle."""


class FdwSchemaNotFound(FdwError):
    """HV00Q: fdw schema not found."""


class FdwTableNotFound(FdwError):
    """HV00R: fdw table not found."""


class FdwUnableToCreateExecution(FdwError):
    """HV00L: fdw unable to create execution."""


class FdwUnableToCreateReply(FdwError):
    """HV00M: fdw unable to create reply."""


class FdwUnableToEstablishConnection(FdwError):
    """HV00N: fdw unable to establish connection."""


class PlpgsqlError(ServerError):
    """Class P0: PL/pgSQL Error."""


class RaiseException(PlpgsqlError):
    """P0001: raise exception."""


class NoDataFound(PlpgsqlError):
    """P0002: no data found."""


class TooManyRows(PlpgsqlError):
    """P0003: too many rows."""


class AssertFailure(PlpgsqlError):
    """P0004: assert failure."""


class InternalError(ServerError):
    """Class XX: Internal Error."""


class DataCorrupted(InternalError):
    """XX001: data corrupted."""


class IndexCorrupted(InternalError):
    """XX002: index corrupted."""


# The exception of each SQLSTATE.
SQLSTATES: dict[str, type[ServerError]] = {
    "03000": SqlStatementNotYetComplete,
    "08000": ConnectionException,
    "08003": ConnectionDoesNotExist,
    "08006": ConnectionFailure,
    "08001": SqlclientUnableToEstablishSqlconnection,
    "08004": SqlserverRejectedEstablishmentOfSqlconnection,
    "08007": TransactionResolutionUnknown,
    "08P01": ProtocolViolation,
    "09000": TriggeredActionException,
    "0A000": FeatureNotSupported,
    "0B000": InvalidTransactionInitiation,
    "0F000": LocatorException,
    "0F001": InvalidLocatorSpecification,
    "0L000": InvalidGrantor,
    "0LP01": InvalidGrantOperation,
    "0P000": InvalidRoleSpecification,
    "0Z000": DiagnosticsException,
    "0Z002": StackedDiagnosticsAccessedWithoutActiveHandler,
    "10608": InvalidArgumentForXquery,
    "20000": CaseNotFound,
    "21000": CardinalityViolation,
    "22000": DataException,
    "2202E": ArraySubscriptError,
    "22021": CharacterNotInRepertoire,
    "22008": DatetimeFieldOverflow,
    "22012": DivisionByZero,
    "22005": ErrorInAssignment,
    "2200B": EscapeCharacterConflict,
    "22022": IndicatorOverflow,
    "22015": IntervalFieldOverflow,
    "2201E": InvalidArgumentForLogarithm,
    "22014": InvalidArgumentForNtileFunction,
    "22016": InvalidArgumentForNthValueFunction,
    "2201F": InvalidArgumentForPowerFunction,
    "2201G": InvalidArgumentForWidthBucketFunction,
    "22018": InvalidCharacterValueForCast,
    "22007": InvalidDatetimeFormat,
    "22019": InvalidEscapeCharacter,
    "2200D": InvalidEscapeOctet,
    "22025": InvalidEscapeSequence,
    "22P06": NonstandardUseOfEscapeCharacter,
    "22010": InvalidIndicatorParameterValue,
    "22023": InvalidParameterValue,
    "22013": InvalidPrecedingOrFollowingSize,
    "2201B": InvalidRegularExpression,
    "2201W": InvalidRowCountInLimitClause,
    "2201X": InvalidRowCountInResultOffsetClause,
    "2202H": InvalidTablesampleArgument,
    "2202G": InvalidTablesampleRepeat,
    "22009": InvalidTimeZoneDisplacementValue,
    "2200C": InvalidUseOfEscapeCharacter,
    "2200G": MostSpecificTypeMismatch,
    "22004": NullValueNotAllowed,
    "22002": NullValueNoIndicatorParameter,
    "22003": NumericValueOutOfRange,
    "2200H": SequenceGeneratorLimitExceeded,
    "22026": StringDataLengthMismatch,
    "22001": StringDataRightTruncation,
    "22011": SubstringError,
    "22027": TrimError,
    "22024": UnterminatedCString,
    "2200F": ZeroLengthCharacterString,
    "22P01": FloatingPointException,
    "22P02": InvalidTextRepresentation,
    "22P03": InvalidBinaryRepresentation,
    "22P04": BadCopyFileFormat,
    "22P05": UntranslatableCharacter,
    "2200L": NotAnXmlDocument,
    "2200M": InvalidXmlDocument,
    "2200N": InvalidXmlContent,
    "2200S": InvalidXmlComment,
    "2200T": InvalidXmlProcessingInstruction,
    "22030": DuplicateJsonObjectKeyValue,
    "22031": InvalidArgumentForSqlJsonDatetimeFunction,
    "22032": InvalidJsonText,
    "22033": InvalidSqlJsonSubscript,
    "22034": MoreThanOneSqlJsonItem,
    "22035": NoSqlJsonItem,
    "22036": NonNumericSqlJsonItem,
    "22037": NonUniqueKeysInAJsonObject,
    "22038": SingletonSqlJsonItemRequired,
    "22039": SqlJsonArrayNotFound,
    "2203A": SqlJsonMemberNotFound,
    "2203B": SqlJsonNumberNotFound,
    "2203C": SqlJsonObjectNotFound,
    "2203D": TooManyJsonArrayElements,
    "2203E": TooManyJsonObjectMembers,
    "2203F": SqlJsonScalarRequired,
    "2203G": SqlJsonItemCannotBeCastToTargetType,
    "23000": IntegrityConstraintViolation,
    "23001": RestrictViolation,
    "23502": NotNullViolation,
    "23503": ForeignKeyViolation,
    "23505": UniqueViolation,
    "23514": CheckViolation,
    "23P01": ExclusionViolation,
    "24000": InvalidCursorState,
    "25000": InvalidTransactionState,
    "25001": ActiveSqlTransaction,
    "25002": BranchTransactionAlreadyActive,
    "25008": HeldCursorRequiresSameIsolationLevel,
    "25003": InappropriateAccessModeForBranchTransaction,
    "25004": InappropriateIsolationLevelForBranchTransaction,
    "25005": NoActiveSqlTransactionForBranchTransaction,
    "25006": ReadOnlySqlTransaction,
    "25007": SchemaAndDataStatementMixingNotSupported,
    "25P01": NoActiveSqlTransaction,
    "25P02": InFailedSqlTransaction,
    "25P03": IdleInTransactionSessionTimeout,
    "25P04": TransactionTimeout,
    "26000": InvalidSqlStatementName,
    "27000": TriggeredDataChangeViolation,
    "28000": InvalidAuthorizationSpecification,
    "28P01": InvalidPassword,
    "2B000": DependentPrivilegeDescriptorsStillExist,
    "2BP01": DependentObjectsStillExist,
    "2D000": InvalidTransactionTermination,
    "2F000": SqlRoutineException,
    "2F005": FunctionExecutedNoReturnStatement,
    "2F002": ModifyingSqlDataNotPermitted,
    "2F003": ProhibitedSqlStatementAttempted,
    "2F004": ReadingSqlDataNotPermitted,
    "34000": InvalidCursorName,
    "38000": ExternalRoutineException,
    "38001": ContainingSqlNotPermitted,
    "38002": ExternalRoutineModifyingSqlDataNotPermitted,
    "38003": ExternalRoutineProhibitedSqlStatementAttempted,
    "38004": ExternalRoutineReadingSqlDataNotPermitted,
    "39000": ExternalRoutineInvocationException,
    "39001": InvalidSqlstateReturned,
    "39004": ExternalRoutineInvocationNullValueNotAllowed,
    "39P01": TriggerProtocolViolated,
    "39P02": SrfProtocolViolated,
    "39P03": EventTriggerProtocolViolated,
    "3B000": SavepointException,
    "3B001": InvalidSavepointSpecification,
    "3D000": InvalidCatalogName,
    "3F000": InvalidSchemaName,
    "40000": TransactionRollback,
    "40002": TransactionIntegrityConstraintViolation,
    "40001": SerializationFailure,
    "40003": StatementCompletionUnknown,
    "40P01": DeadlockDetected,
    "42000": SyntaxErrorOrAccessRuleViolation,
    "42601": PostgresSyntaxError,
    "42501": InsufficientPrivilege,
    "42846": CannotCoerce,
    "42803": GroupingError,
    "42P20": WindowingError,
    "42P19": InvalidRecursion,
    "42830": InvalidForeignKey,
    "42602": InvalidName,
    "42622": NameTooLong,
    "42939": ReservedName,
    "42804": DatatypeMismatch,
    "42P18": IndeterminateDatatype,
    "42P21": CollationMismatch,
    "42P22": IndeterminateCollation,
    "42809": WrongObjectType,
    "428C9": GeneratedAlways,
    "42703": UndefinedColumn,
    "42883": UndefinedFunction,
    "42P01": UndefinedTable,
    "42P02": UndefinedParameter,
    "42704": UndefinedObject,
    "42701": DuplicateColumn,
    "42P03": DuplicateCursor,
    "42P04": DuplicateDatabase,
    "42723": DuplicateFunction,
    "42P05": DuplicatePreparedStatement,
    "42P06": DuplicateSchema,
    "42P07": DuplicateTable,
    "42712": DuplicateAlias,
    "42710": DuplicateObject,
    "42702": AmbiguousColumn,
    "42725": AmbiguousFunction,
    "42P08": AmbiguousParameter,
    "42P09": AmbiguousAlias,
    "42P10": InvalidColumnReference,
    "42611": InvalidColumnDefinition,
    "42P11": InvalidCursorDefinition,
    "42P12": InvalidDatabaseDefinition,
    "42P13": InvalidFunctionDefinition,
    "42P14": InvalidPreparedStatementDefinition,
    "42P15": InvalidSchemaDefinition,
    "42P16": InvalidTableDefinition,
    "42P17": InvalidObjectDefinition,
    "44000": WithCheckOptionViolation,
    "53000": InsufficientResources,
    "53100": DiskFull,
    "53200": OutOfMemory,
    "53300": TooManyConnections,
    "53400": ConfigurationLimitExceeded,
    "54000": ProgramLimitExceeded,
    "54001": StatementTooComplex,
    "54011": TooManyColumns,
    "54023": TooManyArguments,
    "55000": ObjectNotInPrerequisiteState,
    "55006": ObjectInUse,
    "55P02": CantChangeRuntimeParam,
    "55P03": LockNotAvailable,
    "55P04": UnsafeNewEnumValueUsage,
    "57000": OperatorIntervention,
    "57014": QueryCanceled,
    "57P01": AdminShutdown,
    "57P02": CrashShutdown,
    "57P03": CannotConnectNow,
    "57P04": DatabaseDropped,
    "57P05": IdleSessionTimeout,
    "58000": PostgresSystemError,
    "58030": IoError,
    "58P01": UndefinedFile,
    "58P02": DuplicateFile,
    "58P03": FileNameTooLong,
    "F0000": ConfigFileError,
    "F0001": LockFileExists,
    "HV000": FdwError,
    "HV005": FdwColumnNameNotFound,
    "HV002": FdwDynamicParameterValueNeeded,
    "HV010": FdwFunctionSequenceError,
    "HV021": FdwInconsistentDescriptorInformation,
    "HV024": FdwInvalidAttributeValue,
    "HV007": FdwInvalidColumnName,
    "HV008": FdwInvalidColumnNumber,
    "HV004": FdwInvalidDataType,
    "HV006": FdwInvalidDataTypeDescriptors,
    "HV091": FdwInvalidDescriptorFieldIdentifier,
    "HV00B": FdwInvalidHandle,
    "HV00C": FdwInvalidOptionIndex,
    "HV00D": FdwInvalidOptionName,
    "HV090": FdwInvalidStringLengthOrBufferLength,
    "HV00A": FdwInvalidStringFormat,
    "HV009": FdwInvalidUseOfNullPointer,
    "HV014": FdwTooManyHandles,
    "HV001": FdwOutOfMemory,
    "HV00P": FdwNoSchemas,
    "HV00J": FdwOptionNameNotFound,
    "HV00K": FdwReplyHandle,
    "HV00Q": FdwSchemaNotFound,
    "HV00R": FdwTableNotFound,
    "HV00L": FdwUnableToCreateExecution,
    "HV00M": FdwUnableToCreateReply,
    "HV00N": FdwUnableToEstablishConnection,
    "P0000": PlpgsqlError,
    "P0001": RaiseException,
    "P0002": NoDataFound,
    "P0003": TooManyRows,
    "P0004": AssertFailure,
    "XX000": InternalError,
    "XX001": DataCorrupted,
    "XX002": IndexCorrupted,
}
