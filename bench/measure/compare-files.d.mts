export function firstDifference(one: string, other: string): string | undefined;
