/** The items that every contender keeps: five fields each, written a hundred at a time. */
export const perBatch = 100

export function itemAt(i) {
  return {
    title: `Water the plants of row ${i}`,
    done: i % 3 === 0,
    rank: (i * 7919) % 100_003,
    owner: `person-${i % 17}`,
    due: `2026-${String(1 + (i % 12)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`,
  }
}
