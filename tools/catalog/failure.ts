/** An error that ends a command with a message instead of a stack trace. */

/** Exit code 1: a catalog is invalid. 2: the command cannot be run as given. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2,
  ) {
    super(message);
  }
}
