/** Puts the messages and stacks of failures where the payload codec encrypts them. Temporal's SDK requires this file by its path. */
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
