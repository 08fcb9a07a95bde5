/** JSON Schemas made from the types of Dodo's SDK, which describe the API where its OpenAPI file is not at hand. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export type Schema = Record<string, unknown>;

const SDK = fileURLToPath(new URL('../../node_modules/dodopayments/index.d.ts', import.meta.url));
const RESOURCES = fileURLToPath(
  new URL('../../node_modules/dodopayments/resources/index.d.ts', import.meta.url),
);

export interface SdkSchemas {
  has(name: string): boolean;
  /** Returns the schema of a type that the SDK exports, with every type it refers to. No other fields are allowed. */
  of(name: string): Schema;
}

export function readSdk(): SdkSchemas {
  const program = ts.createProgram([SDK, RESOURCES], { strict: true, skipLibCheck: true, noLib: false });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(RESOURCES);
  const exported = source && checker.getSymbolAtLocation(source);
  const symbols = new Map(
    (exported ? checker.getExportsOfModule(exported) : []).map((symbol) => [symbol.name, symbol]),
  );
  /** Types may refer to themselves, so each object has one definition. */
  const definitions: Record<string, Schema> = {};
  const names = new Map<ts.Type, string>();

  function schemaOf(type: ts.Type): Schema {
    if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
    if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
    if (type.isUnion()) {
      const parts = type.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined));
      return parts.length === 1 && parts[0] ? schemaOf(parts[0]) : { anyOf: parts.map(schemaOf) };
    }
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
    if (type.flags & ts.TypeFlags.String) return { type: 'string' };
    if (type.flags & ts.TypeFlags.Number) return { type: 'number' };
    if (type.flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (checker.isArrayType(type)) {
      const [item] = checker.getTypeArguments(type as ts.TypeReference);
      return { type: 'array', ...(item && { items: schemaOf(item) }) };
    }
    return { $ref: `#/$defs/${define(type)}` };
  }

  function define(type: ts.Type): string {
    const known = names.get(type);
    if (known !== undefined) return known;
    const name = `t${String(names.size)}`;
    names.set(type, name);
    const index = checker.getIndexInfosOfType(type)[0];
    const properties = checker.getPropertiesOfType(type);
    definitions[name] = {
      type: 'object',
      properties: Object.fromEntries(
        properties.map((property) => [property.name, schemaOf(checker.getTypeOfSymbol(property))]),
      ),
      required: properties
        .filter((property) => !(property.flags & ts.SymbolFlags.Optional))
        .map((property) => property.name),
      additionalProperties: index ? schemaOf(index.type) : false,
    };
    return name;
  }

  return {
    has: (name) => symbols.has(name),
    of(name) {
      const symbol = symbols.get(name);
      if (!symbol) throw new Error(`The SDK has no type ${name}.`);
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return { ...schemaOf(checker.getDeclaredTypeOfSymbol(target)), $defs: definitions };
    },
  };
}
