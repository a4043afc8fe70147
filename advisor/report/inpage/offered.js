"use strict";
/* The values of a case that is put together from offered settings (advisor/reasoning/illustrating.py).
 * Estimates lie on the steps that were worked out when the report was written; nothing is estimated
 * here. */
const AdvisorOffered = (() => {
  /* The numbers at which some test or ramp of a fact changes, rising. */
  const numbersOf = (rules, fact) => {
    const numbers = new Set(rules.byFact[fact]?.cuts ?? []);
    for (const { ramp } of rules.rules)
      if (ramp?.fact === fact) ramp.cuts.forEach((cut) => numbers.add(cut));
    return [...numbers].sort((one, other) => one - other);
  };

  const load = (rules, data) => ({
    ...data,
    numbers: Object.fromEntries(
      data.groups.flatMap((group) => group.facts.map((fact) => [fact, numbersOf(rules, fact)]))
    ),
    count: data.knobs.reduce((count, knob) => count * knob.settings.length, 1),
  });

  /* A number on the step, or a range over several; null for unknown. */
  const onStep = (numbers, place) => {
    if (place === "") return null;
    const [first, last] = place.split("-").map(Number);
    const at = (step) => (step ? numbers[step - 1] : (numbers[0] ?? 0) - 1 - Math.abs(numbers[0] ?? 0));
    if (last === undefined) return at(first);
    const next = numbers[last];
    // Anything between two numbers ends the range on the same step.
    const end = next === undefined ? null : at(last) + (next - at(last)) / 2;
    return { low: at(first), high: at(last), start: at(first), end };
  };

  const indexOf = (offered, chosen) =>
    offered.knobs.reduce((index, knob, i) => index * knob.settings.length + chosen[i], 0);

  /* The values by fact for the chosen setting of every knob; null where they contradict each
   * other. Further changes are of facts that no estimate reads. */
  const values = (offered, chosen, changes = {}) => {
    const found = { ...offered.facts };
    offered.knobs.forEach((knob, i) => Object.assign(found, knob.settings[chosen[i]].facts));
    const index = indexOf(offered, chosen);
    for (const group of offered.groups) {
      const digits = group.cells.slice(index * group.width, (index + 1) * group.width);
      if (digits.startsWith(".")) return null;
      const places = group.places[parseInt(digits, 36)].split(",");
      group.facts.forEach((fact, i) => { found[fact] = onStep(offered.numbers[fact], places[i]); });
    }
    return Object.assign(found, changes);
  };

  /* Memory and time by kind and method for the chosen settings: least and greatest, each null where
   * it is unknown. The rounding of the codes is a percent or less. */
  const estimates = (offered, chosen) => {
    const found = {};
    for (const one of offered.estimates) {
      const { kind, methods, columns, knobs, first, ratio, ends, width, cells } = one;
      const across = Math.max(...columns) + 1;
      const row = knobs.reduce((at, i) => at * offered.knobs[i].settings.length + chosen[i], 0);
      const number = (place) => {
        const code = cells.slice(place * width, (place + 1) * width);
        return code.startsWith(".") ? null : first * Math.pow(ratio, parseInt(code, 36));
      };
      found[kind] = Object.fromEntries(methods.map((method, i) => {
        const place = (row * across + columns[i]) * ends;
        return [method, [number(place), number(place + ends - 1)]];
      }));
    }
    return found;
  };

  return { load, values, estimates };
})();
if (typeof module !== "undefined") module.exports = AdvisorOffered;
