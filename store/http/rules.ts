/** How a statement that only reads begins, in the engine's own writing. */
export const READ_WORDS = /^[\s(]*(?:SELECT|WITH|SHOW|DESCRIBE|DESC|EXISTS|EXPLAIN)\b/

/**
 * The kinds of nodes that a reader's statement is made of. What is not here is refused, as `APPLY(f)`, whose function
 * the tree does not show.
 */
export const READ_NODES: ReadonlySet<string> = new Set(
  (
    'SelectWithUnionQuery SelectIntersectExceptQuery SelectQuery Subquery ExpressionList Function Identifier ' +
    'TableIdentifier Literal Asterisk QualifiedAsterisk ColumnsRegexpMatcher ColumnsListMatcher ' +
    'QualifiedColumnsRegexpMatcher QualifiedColumnsListMatcher ColumnsTransformerList ColumnsExceptTransformer ' +
    'ColumnsReplaceTransformer ColumnsReplaceTransformer::Replacement TablesInSelectQuery ' +
    'TablesInSelectQueryElement TableExpression TableJoin ArrayJoin WithElement OrderByElement WindowListElement ' +
    'WindowDefinition InterpolateElement SampleRatio Set Explain DescribeQuery ShowTables ShowColumns ShowIndexes ' +
    'ShowFunctions ShowEngineQuery ShowCreateTableQuery ShowCreateViewQuery ShowCreateDatabaseQuery ' +
    'ExistsTableQuery ExistsViewQuery ExistsDatabaseQuery'
  ).split(' '),
)

/** What a writer's statement may be besides. Not: SYSTEM, KILL, BACKUP, users, named collections, functions. */
export const WRITE_ROOTS: ReadonlySet<string> = new Set(
  'InsertQuery CreateQuery AlterQuery DropQuery Rename OptimizeQuery DeleteQuery UpdateQuery'.split(' '),
)

/** The engine's own first database lays the machine's files over its tables. */
export const ALIEN_DATABASE = 'default'

// Table functions that make rows out of nothing or out of their arguments. Every other that the engine knows is refused.
const TABLE_FUNCTIONS = new Set(
  (
    'numbers numbers_mt zeros zeros_mt primes generateseries generate_series values sqlstandardvalues null ' +
    'view viewifpermitted viewexplain format generaterandom'
  ).split(' '),
)

// These read files of the machine, ask other hosts or look into the process; readonly does not keep all of them off.
const FUNCTIONS = new Set(
  (
    'file catboostevaluate evalmlmethod joinget joingetornull hascolumnintable filesystemavailable ' +
    'filesystemcapacity filesystemunreserved showcertificate addresstoline addresstolinewithinlines addresstosymbol ' +
    'logtrace getclienthttpheader getserversetting getmacro zookeepersessionuptime generateserialid ' +
    'naivebayesclassifier naivebayesclassifierwithallprobs naivebayesclassifierwithprob'
  ).split(' '),
)
const FAMILIES =
  /^(?:ai(?:classify|embed|extract|generate|translate)|dict(?:get|has|is)|region(?:to|in|hier))/

// As engines of tables and databases these reach out too; most others share their name with a table function.
const ENGINES = new Set(
  (
    'overlay datalakecatalog backup executablepool kafka rabbitmq nats s3queue azurequeue embeddedrocksdb ' +
    'materializedpostgresql materializedmysql distributed filelog hive arrowflight keepermap ytsaurus'
  ).split(' '),
)

/** Whether a function, a table function or an engine of this name (in any case) is refused. */
export function isRefusedFunction(name: string, tableFunctions: ReadonlySet<string>): boolean {
  const lower = name.toLowerCase()
  if (FUNCTIONS.has(lower) || FAMILIES.test(lower)) return true
  if (tableFunctions.size === 0) return false
  return ENGINES.has(lower) || (tableFunctions.has(lower) && !TABLE_FUNCTIONS.has(lower))
}

const SYSTEM_TABLES =
  /^(?:system\.)?(?:stack_trace|symbols|certificates|dns_cache|user_directories|named_collections|jemalloc_profile_text|zookeeper\w*|iceberg_\w+|delta_lake_\w+)$/i

/** Whether a reader is refused this table of the engine's own. */
export function isRefusedTable(name: string): boolean {
  return SYSTEM_TABLES.test(name)
}
