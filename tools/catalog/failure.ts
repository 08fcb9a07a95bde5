/** What stops a command with a message and without a stack. */

/** 1: the catalog or what it was to be compared with is no good. 2: the command cannot be carried out as it was given. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: 1 | 2,
  ) {
    super(message);
  }
}
