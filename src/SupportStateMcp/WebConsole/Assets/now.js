// The time of the server, as its answers tell it: the clock of this machine may be wrong.
const TOLERATED = 1500;

let ahead = 0;

/** date: that of an answer, in whole seconds. */
export function heard(date) {
  const difference = Date.parse(date) + 500 - Date.now();
  if (Math.abs(difference - ahead) > TOLERATED) ahead = difference;
}

export const now = () => Date.now() + ahead;
