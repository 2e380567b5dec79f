/** Looks for a text in what is read out, rather than in what is seen. */
export const announced = { selector: 'output', ignore: false } as const
