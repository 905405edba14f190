// What somebody has begun to write, kept by the browser until the tab is closed: for the one who writes, and for nobody else.
const PREFIX = 'draft ';

/** The draft of one person in one place: read, keep, and drop where it is sent or empty. */
export function draftOf(actor, place) {
  const key = `${PREFIX}${actor} ${place}`;
  return {
    read: () => JSON.parse(sessionStorage.getItem(key)),
    keep: (draft) => sessionStorage.setItem(key, JSON.stringify(draft)),
    drop: () => sessionStorage.removeItem(key),
  };
}

/** Drops all of them, as somebody signs out. */
export function dropDrafts() {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}
