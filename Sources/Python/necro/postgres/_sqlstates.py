"""An exception for each SQLSTATE. Written by `Sources/Python/generate/sqlstates.py`."""

from necro.postgres._errors import ServerError


class SqlStatementNotYetComplete(ServerError):
    sqlstate = "03000"


class ConnectionException(ServerError):
    sqlstate = "08000"


class ConnectionDoesNotExist(ConnectionException):
    sqlstate = "08003"


class ConnectionFailure(ConnectionException):
    sqlstate = "08006"


class SqlclientUnableToEstablishSqlconnection(ConnectionException):
    sqlstate = "08001"


class SqlserverRejectedEstablishmentOfSqlconnection(ConnectionException):
    sqlstate = "08004"


class TransactionResolutionUnknown(ConnectionException):
    sqlstate = "08007"


class ProtocolViolation(ConnectionException):
    sqlstate = "08P01"


class TriggeredActionException(ServerError):
    sqlstate = "09000"


class FeatureNotSupported(ServerError):
    sqlstate = "0A000"


class InvalidTransactionInitiation(ServerError):
    sqlstate = "0B000"


class LocatorException(ServerError):
    sqlstate = "0F000"


class InvalidLocatorSpecification(LocatorException):
    sqlstate = "0F001"


class InvalidGrantor(ServerError):
    sqlstate = "0L000"


class InvalidGrantOperation(InvalidGrantor):
    sqlstate = "0LP01"


class InvalidRoleSpecification(ServerError):
    sqlstate = "0P000"


class DiagnosticsException(ServerError):
    sqlstate = "0Z000"


class StackedDiagnosticsAccessedWithoutActiveHandler(DiagnosticsException):
    sqlstate = "0Z002"


class InvalidArgumentForXquery(ServerError):
    sqlstate = "10608"


class CaseNotFound(ServerError):
    sqlstate = "20000"


class CardinalityViolation(ServerError):
    sqlstate = "21000"


class DataException(ServerError):
    sqlstate = "22000"


class ArraySubscriptError(DataException):
    sqlstate = "2202E"


class CharacterNotInRepertoire(DataException):
    sqlstate = "22021"


class DatetimeFieldOverflow(DataException):
    sqlstate = "22008"


class DivisionByZero(DataException):
    sqlstate = "22012"


class ErrorInAssignment(DataException):
    sqlstate = "22005"


class EscapeCharacterConflict(DataException):
    sqlstate = "2200B"


class IndicatorOverflow(DataException):
    sqlstate = "22022"


class IntervalFieldOverflow(DataException):
    sqlstate = "22015"


class InvalidArgumentForLogarithm(DataException):
    sqlstate = "2201E"


class InvalidArgumentForNtileFunction(DataException):
    sqlstate = "22014"


class InvalidArgumentForNthValueFunction(DataException):
    sqlstate = "22016"


class InvalidArgumentForPowerFunction(DataException):
    sqlstate = "2201F"


class InvalidArgumentForWidthBucketFunction(DataException):
    sqlstate = "2201G"


class InvalidCharacterValueForCast(DataException):
    sqlstate = "22018"


class InvalidDatetimeFormat(DataException):
    sqlstate = "22007"


class InvalidEscapeCharacter(DataException):
    sqlstate = "22019"


class InvalidEscapeOctet(DataException):
    sqlstate = "2200D"


class InvalidEscapeSequence(DataException):
    sqlstate = "22025"


class NonstandardUseOfEscapeCharacter(DataException):
    sqlstate = "22P06"


class InvalidIndicatorParameterValue(DataException):
    sqlstate = "22010"


class InvalidParameterValue(DataException):
    sqlstate = "22023"


class InvalidPrecedingOrFollowingSize(DataException):
    sqlstate = "22013"


class InvalidRegularExpression(DataException):
    sqlstate = "2201B"


class InvalidRowCountInLimitClause(DataException):
    sqlstate = "2201W"


class InvalidRowCountInResultOffsetClause(DataException):
    sqlstate = "2201X"


class InvalidTablesampleArgument(DataException):
    sqlstate = "2202H"


class InvalidTablesampleRepeat(DataException):
    sqlstate = "2202G"


class InvalidTimeZoneDisplacementValue(DataException):
    sqlstate = "22009"


class InvalidUseOfEscapeCharacter(DataException):
    sqlstate = "2200C"


class MostSpecificTypeMismatch(DataException):
    sqlstate = "2200G"


class NullValueNotAllowed(DataException):
    sqlstate = "22004"


class NullValueNoIndicatorParameter(DataException):
    sqlstate = "22002"


class NumericValueOutOfRange(DataException):
    sqlstate = "22003"


class SequenceGeneratorLimitExceeded(DataException):
    sqlstate = "2200H"


class StringDataLengthMismatch(DataException):
    sqlstate = "22026"


class StringDataRightTruncation(DataException):
    sqlstate = "22001"


class SubstringError(DataException):
    sqlstate = "22011"


class TrimError(DataException):
    sqlstate = "22027"


class UnterminatedCString(DataException):
    sqlstate = "22024"


class ZeroLengthCharacterString(DataException):
    sqlstate = "2200F"


class FloatingPointException(DataException):
    sqlstate = "22P01"


class InvalidTextRepresentation(DataException):
    sqlstate = "22P02"


class InvalidBinaryRepresentation(DataException):
    sqlstate = "22P03"


class BadCopyFileFormat(DataException):
    sqlstate = "22P04"


class UntranslatableCharacter(DataException):
    sqlstate = "22P05"


class NotAnXmlDocument(DataException):
    sqlstate = "2200L"


class InvalidXmlDocument(DataException):
    sqlstate = "2200M"


class InvalidXmlContent(DataException):
    sqlstate = "2200N"


class InvalidXmlComment(DataException):
    sqlstate = "2200S"


class InvalidXmlProcessingInstruction(DataException):
    sqlstate = "2200T"


class DuplicateJsonObjectKeyValue(DataException):
    sqlstate = "22030"


class InvalidArgumentForSqlJsonDatetimeFunction(DataException):
    sqlstate = "22031"


class InvalidJsonText(DataException):
    sqlstate = "22032"


class InvalidSqlJsonSubscript(DataException):
    sqlstate = "22033"


class MoreThanOneSqlJsonItem(DataException):
    sqlstate = "22034"


class NoSqlJsonItem(DataException):
    sqlstate = "22035"


class NonNumericSqlJsonItem(DataException):
    sqlstate = "22036"


class NonUniqueKeysInAJsonObject(DataException):
    sqlstate = "22037"


class SingletonSqlJsonItemRequired(DataException):
    sqlstate = "22038"


class SqlJsonArrayNotFound(DataException):
    sqlstate = "22039"


class SqlJsonMemberNotFound(DataException):
    sqlstate = "2203A"


class SqlJsonNumberNotFound(DataException):
    sqlstate = "2203B"


class SqlJsonObjectNotFound(DataException):
    sqlstate = "2203C"


class TooManyJsonArrayElements(DataException):
    sqlstate = "2203D"


class TooManyJsonObjectMembers(DataException):
    sqlstate = "2203E"


class SqlJsonScalarRequired(DataException):
    sqlstate = "2203F"


class SqlJsonItemCannotBeCastToTargetType(DataException):
    sqlstate = "2203G"


class IntegrityConstraintViolation(ServerError):
    sqlstate = "23000"


class RestrictViolation(IntegrityConstraintViolation):
    sqlstate = "23001"


class NotNullViolation(IntegrityConstraintViolation):
    sqlstate = "23502"


class ForeignKeyViolation(IntegrityConstraintViolation):
    sqlstate = "23503"


class UniqueViolation(IntegrityConstraintViolation):
    sqlstate = "23505"


class CheckViolation(IntegrityConstraintViolation):
    sqlstate = "23514"


class ExclusionViolation(IntegrityConstraintViolation):
    sqlstate = "23P01"


class InvalidCursorState(ServerError):
    sqlstate = "24000"


class InvalidTransactionState(ServerError):
    sqlstate = "25000"


class ActiveSqlTransaction(InvalidTransactionState):
    sqlstate = "25001"


class BranchTransactionAlreadyActive(InvalidTransactionState):
    sqlstate = "25002"


class HeldCursorRequiresSameIsolationLevel(InvalidTransactionState):
    sqlstate = "25008"


class InappropriateAccessModeForBranchTransaction(InvalidTransactionState):
    sqlstate = "25003"


class InappropriateIsolationLevelForBranchTransaction(InvalidTransactionState):
    sqlstate = "25004"


class NoActiveSqlTransactionForBranchTransaction(InvalidTransactionState):
    sqlstate = "25005"


class ReadOnlySqlTransaction(InvalidTransactionState):
    sqlstate = "25006"


class SchemaAndDataStatementMixingNotSupported(InvalidTransactionState):
    sqlstate = "25007"


class NoActiveSqlTransaction(InvalidTransactionState):
    sqlstate = "25P01"


class InFailedSqlTransaction(InvalidTransactionState):
    sqlstate = "25P02"


class IdleInTransactionSessionTimeout(InvalidTransactionState):
    sqlstate = "25P03"


class TransactionTimeout(InvalidTransactionState):
    sqlstate = "25P04"


class InvalidSqlStatementName(ServerError):
    sqlstate = "26000"


class TriggeredDataChangeViolation(ServerError):
    sqlstate = "27000"


class InvalidAuthorizationSpecification(ServerError):
    sqlstate = "28000"


class InvalidPassword(InvalidAuthorizationSpecification):
    sqlstate = "28P01"


class DependentPrivilegeDescriptorsStillExist(ServerError):
    sqlstate = "2B000"


class DependentObjectsStillExist(DependentPrivilegeDescriptorsStillExist):
    sqlstate = "2BP01"


class InvalidTransactionTermination(ServerError):
    sqlstate = "2D000"


class SqlRoutineException(ServerError):
    sqlstate = "2F000"


class FunctionExecutedNoReturnStatement(SqlRoutineException):
    sqlstate = "2F005"


class ModifyingSqlDataNotPermitted(SqlRoutineException):
    sqlstate = "2F002"


class ProhibitedSqlStatementAttempted(SqlRoutineException):
    sqlstate = "2F003"


class ReadingSqlDataNotPermitted(SqlRoutineException):
    sqlstate = "2F004"


class InvalidCursorName(ServerError):
    sqlstate = "34000"


class ExternalRoutineException(ServerError):
    sqlstate = "38000"


class ContainingSqlNotPermitted(ExternalRoutineException):
    sqlstate = "38001"


class ExternalRoutineModifyingSqlDataNotPermitted(ExternalRoutineException):
    sqlstate = "38002"


class ExternalRoutineProhibitedSqlStatementAttempted(ExternalRoutineException):
    sqlstate = "38003"


class ExternalRoutineReadingSqlDataNotPermitted(ExternalRoutineException):
    sqlstate = "38004"


class ExternalRoutineInvocationException(ServerError):
    sqlstate = "39000"


class InvalidSqlstateReturned(ExternalRoutineInvocationException):
    sqlstate = "39001"


class ExternalRoutineInvocationNullValueNotAllowed(ExternalRoutineInvocationException):
    sqlstate = "39004"


class TriggerProtocolViolated(ExternalRoutineInvocationException):
    sqlstate = "39P01"


class SrfProtocolViolated(ExternalRoutineInvocationException):
    sqlstate = "39P02"


class EventTriggerProtocolViolated(ExternalRoutineInvocationException):
    sqlstate = "39P03"


class SavepointException(ServerError):
    sqlstate = "3B000"


class InvalidSavepointSpecification(SavepointException):
    sqlstate = "3B001"


class InvalidCatalogName(ServerError):
    sqlstate = "3D000"


class InvalidSchemaName(ServerError):
    sqlstate = "3F000"


class TransactionRollback(ServerError):
    sqlstate = "40000"


class TransactionIntegrityConstraintViolation(TransactionRollback):
    sqlstate = "40002"


class SerializationFailure(TransactionRollback):
    sqlstate = "40001"


class StatementCompletionUnknown(TransactionRollback):
    sqlstate = "40003"


class DeadlockDetected(TransactionRollback):
    sqlstate = "40P01"


class SyntaxErrorOrAccessRuleViolation(ServerError):
    sqlstate = "42000"


class PostgresSyntaxError(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42601"


class InsufficientPrivilege(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42501"


class CannotCoerce(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42846"


class GroupingError(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42803"


class WindowingError(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P20"


class InvalidRecursion(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P19"


class InvalidForeignKey(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42830"


class InvalidName(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42602"


class NameTooLong(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42622"


class ReservedName(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42939"


class DatatypeMismatch(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42804"


class IndeterminateDatatype(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P18"


class CollationMismatch(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P21"


class IndeterminateCollation(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P22"


class WrongObjectType(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42809"


class GeneratedAlways(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "428C9"


class UndefinedColumn(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42703"


class UndefinedFunction(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42883"


class UndefinedTable(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P01"


class UndefinedParameter(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P02"


class UndefinedObject(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42704"


class DuplicateColumn(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42701"


class DuplicateCursor(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P03"


class DuplicateDatabase(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P04"


class DuplicateFunction(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42723"


class DuplicatePreparedStatement(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P05"


class DuplicateSchema(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P06"


class DuplicateTable(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P07"


class DuplicateAlias(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42712"


class DuplicateObject(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42710"


class AmbiguousColumn(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42702"


class AmbiguousFunction(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42725"


class AmbiguousParameter(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P08"


class AmbiguousAlias(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P09"


class InvalidColumnReference(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P10"


class InvalidColumnDefinition(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42611"


class InvalidCursorDefinition(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P11"


class InvalidDatabaseDefinition(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P12"


class InvalidFunctionDefinition(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P13"


class InvalidPreparedStatementDefinition(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P14"


class InvalidSchemaDefinition(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P15"


class InvalidTableDefinition(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P16"


class InvalidObjectDefinition(SyntaxErrorOrAccessRuleViolation):
    sqlstate = "42P17"


class WithCheckOptionViolation(ServerError):
    sqlstate = "44000"


class InsufficientResources(ServerError):
    sqlstate = "53000"


class DiskFull(InsufficientResources):
    sqlstate = "53100"


class OutOfMemory(InsufficientResources):
    sqlstate = "53200"


class TooManyConnections(InsufficientResources):
    sqlstate = "53300"


class ConfigurationLimitExceeded(InsufficientResources):
    sqlstate = "53400"


class ProgramLimitExceeded(ServerError):
    sqlstate = "54000"


class StatementTooComplex(ProgramLimitExceeded):
    sqlstate = "54001"


class TooManyColumns(ProgramLimitExceeded):
    sqlstate = "54011"


class TooManyArguments(ProgramLimitExceeded):
    sqlstate = "54023"


class ObjectNotInPrerequisiteState(ServerError):
    sqlstate = "55000"


class ObjectInUse(ObjectNotInPrerequisiteState):
    sqlstate = "55006"


class CantChangeRuntimeParam(ObjectNotInPrerequisiteState):
    sqlstate = "55P02"


class LockNotAvailable(ObjectNotInPrerequisiteState):
    sqlstate = "55P03"


class UnsafeNewEnumValueUsage(ObjectNotInPrerequisiteState):
    sqlstate = "55P04"


class OperatorIntervention(ServerError):
    sqlstate = "57000"


class QueryCanceled(OperatorIntervention):
    sqlstate = "57014"


class AdminShutdown(OperatorIntervention):
    sqlstate = "57P01"


class CrashShutdown(OperatorIntervention):
    sqlstate = "57P02"


class CannotConnectNow(OperatorIntervention):
    sqlstate = "57P03"


class DatabaseDropped(OperatorIntervention):
    sqlstate = "57P04"


class IdleSessionTimeout(OperatorIntervention):
    sqlstate = "57P05"


class PostgresSystemError(ServerError):
    sqlstate = "58000"


class IoError(PostgresSystemError):
    sqlstate = "58030"


class UndefinedFile(PostgresSystemError):
    sqlstate = "58P01"


class DuplicateFile(PostgresSystemError):
    sqlstate = "58P02"


class FileNameTooLong(PostgresSystemError):
    sqlstate = "58P03"


class ConfigFileError(ServerError):
    sqlstate = "F0000"


class LockFileExists(ConfigFileError):
    sqlstate = "F0001"


class FdwError(ServerError):
    sqlstate = "HV000"


class FdwColumnNameNotFound(FdwError):
    sqlstate = "HV005"


class FdwDynamicParameterValueNeeded(FdwError):
    sqlstate = "HV002"


class FdwFunctionSequenceError(FdwError):
    sqlstate = "HV010"


class FdwInconsistentDescriptorInformation(FdwError):
    sqlstate = "HV021"


class FdwInvalidAttributeValue(FdwError):
    sqlstate = "HV024"


class FdwInvalidColumnName(FdwError):
    sqlstate = "HV007"


class FdwInvalidColumnNumber(FdwError):
    sqlstate = "HV008"


class FdwInvalidDataType(FdwError):
    sqlstate = "HV004"


class FdwInvalidDataTypeDescriptors(FdwError):
    sqlstate = "HV006"


class FdwInvalidDescriptorFieldIdentifier(FdwError):
    sqlstate = "HV091"


class FdwInvalidHandle(FdwError):
    sqlstate = "HV00B"


class FdwInvalidOptionIndex(FdwError):
    sqlstate = "HV00C"


class FdwInvalidOptionName(FdwError):
    sqlstate = "HV00D"


class FdwInvalidStringLengthOrBufferLength(FdwError):
    sqlstate = "HV090"


class FdwInvalidStringFormat(FdwError):
    sqlstate = "HV00A"


class FdwInvalidUseOfNullPointer(FdwError):
    sqlstate = "HV009"


class FdwTooManyHandles(FdwError):
    sqlstate = "HV014"


class FdwOutOfMemory(FdwError):
    sqlstate = "HV001"


class FdwNoSchemas(FdwError):
    sqlstate = "HV00P"


class FdwOptionNameNotFound(FdwError):
    sqlstate = "HV00J"


class FdwReplyHandle(FdwError):
    sqlstate = "HV00K"


class FdwSchemaNotFound(FdwError):
    sqlstate = "HV00Q"


class FdwTableNotFound(FdwError):
    sqlstate = "HV00R"


class FdwUnableToCreateExecution(FdwError):
    sqlstate = "HV00L"


class FdwUnableToCreateReply(FdwError):
    sqlstate = "HV00M"


class FdwUnableToEstablishConnection(FdwError):
    sqlstate = "HV00N"


class PlpgsqlError(ServerError):
    sqlstate = "P0000"


class RaiseException(PlpgsqlError):
    sqlstate = "P0001"


class NoDataFound(PlpgsqlError):
    sqlstate = "P0002"


class TooManyRows(PlpgsqlError):
    sqlstate = "P0003"


class AssertFailure(PlpgsqlError):
    sqlstate = "P0004"


class InternalError(ServerError):
    sqlstate = "XX000"


class DataCorrupted(InternalError):
    sqlstate = "XX001"


class IndexCorrupted(InternalError):
    sqlstate = "XX002"


# The exception of each SQLSTATE.
SQLSTATES: dict[str, type[ServerError]] = {
    kind.sqlstate: kind
    for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, ServerError) and kind is not ServerError
}
