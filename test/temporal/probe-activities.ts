export const probeActivities = {
  greet: (name: string): Promise<string> => Promise.resolve(`Hello, ${name}`),
};
