"use strict";
/* Judges a case by rules that are given as data (rules_as_data.py). Each step has the name of its
 * counterpart in advisor/rules/engine.py and advisor/decide/, which tests compare it with. */
const AdvisorJudge = (() => {
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const isRange = (value) => value !== null && typeof value === "object" && "start" in value;
  const isKnown = (value) => value !== null && value !== undefined && typeof value !== "object";

  /* The number of cuts that are at most (right) or below (left) a value. */
  const bisect = (cuts, value, right) => {
    let low = 0, high = cuts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (right ? cuts[middle] <= value : cuts[middle] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const ends = (range) => [range.low ?? -Infinity, range.high ?? Infinity];

  const fold = (masks) => [masks.reduce((a, b) => a & b), masks.reduce((a, b) => a | b)];

  /* The rules once more, with a mask for each cell: the bits of the rules and rows that it lets
   * fire, which are all but those with a test that does not hold there. */
  const load = (data) => {
    const quality = BigInt("0x" + data.quality);
    const rules = data.rules.map((rule, number) => ({
      effects: {}, ...rule, quality: ((quality >> BigInt(number)) & 1n) === 1n, ramp: rule.ramp && {
        fact: rule.ramp.fact,
        cuts: data.numbers[rule.ramp.cuts],
        steps: Object.fromEntries(
          Object.entries(rule.ramp.steps).map(([method, steps]) => [method, data.numbers[steps]])),
      },
    }));
    const axes = data.axes.map((listed) => {
      const axis = "cuts" in listed
        ? { ...listed, cuts: data.numbers[listed.cuts] } : listed;
      const masks = Array((axis.cuts ? axis.cuts.length : axis.cells.length - 1) + 1).fill(-1n);
      let untested = -1n;
      for (const [cells, ...bits] of axis.tests) {
        const holds = BigInt("0x" + cells);
        const without = ~bits.reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n);
        untested &= without;
        masks.forEach((_, cell) => {
          if (!((holds >> BigInt(cell)) & 1n)) masks[cell] &= without;
        });
      }
      const [first, last] = axis.unknown ?? [0, -1];
      const unknown = axis.unknown ? fold(masks.slice(first, last + 1)) : [untested, untested];
      return { ...axis, masks, unknown };
    });
    return { ...data, rules, axes, byFact: Object.fromEntries(axes.map((axis) => [axis.fact, axis])) };
  };

  const cellOf = (axis, value) => {
    if (axis.cuts) return bisect(axis.cuts, value, true);
    const cell = axis.cells.indexOf(value);
    if (cell >= 0) return cell;
    const plain = axis.cells.indexOf(String(value).toLowerCase());
    return plain >= 0 ? plain : axis.cells.length - 1;
  };

  const lookUp = (axis, value) => {
    if (value === null || value === undefined) return axis.unknown;
    if (isRange(value)) {
      const first = bisect(axis.cuts, value.start ?? -Infinity, true);
      const last = bisect(axis.cuts, value.end ?? Infinity, false);
      return fold(axis.masks.slice(first, Math.max(last, first) + 1));
    }
    if (typeof value === "object") return fold(value.any.map((one) => axis.masks[cellOf(axis, one)]));
    const mask = axis.masks[cellOf(axis, value)];
    return [mask, mask];
  };

  /* The level of the first row that holds; several where an earlier row is not settled. */
  const levelOf = (table, surely, possibly) => {
    const levels = [];
    for (let row = 0; row < table.levels.length; row += 1) {
      const bit = 1n << BigInt(table.first + row);
      if (possibly & bit) {
        if (!levels.includes(table.levels[row])) levels.push(table.levels[row]);
        if (surely & bit) break;
      }
    }
    return levels.length === 1 ? levels[0] : { any: levels };
  };

  const assess = (rules, values) => {
    let surely = -1n, possibly = -1n;
    const narrow = (axis, value) => {
      const [sure, possible] = lookUp(axis, value);
      surely &= sure;
      possibly &= possible;
    };
    for (const axis of rules.axes) if (!axis.decided) narrow(axis, values[axis.fact]);
    const levels = {};
    for (const table of rules.tables) {
      levels[table.decides] = levelOf(table, surely, possibly);
      const axis = rules.byFact[table.decides];
      if (axis) narrow(axis, values[table.decides] ?? levels[table.decides]);
    }
    const findings = [];
    rules.rules.forEach((rule, number) => {
      const bit = 1n << BigInt(number);
      if (possibly & bit) findings.push(finding(rule, values, (surely & bit) !== 0n));
    });
    return { findings, levels };
  };

  /* Least and greatest effect on each method; both the same where the rule fires. */
  const finding = (rule, values, fires) => {
    const bounds = Object.entries(rule.effects).map(([method, effect]) => [method, effect, effect]);
    if (rule.ramp) {
      const value = values[rule.ramp.fact];
      let [first, last] = [0, rule.ramp.cuts.length];
      if (isRange(value)) [first, last] = ends(value).map((end) => bisect(rule.ramp.cuts, end, true));
      else if (isKnown(value)) first = last = bisect(rule.ramp.cuts, value, true);
      for (const [method, steps] of Object.entries(rule.ramp.steps)) {
        const span = steps.slice(first, last + 1);
        bounds.push([method, Math.min(...span), Math.max(...span)]);
      }
    }
    const settled = fires && bounds.every(([, low, high]) => low === high);
    const open = ([method, low, high]) => [method, Math.min(0, low), Math.max(0, high)];
    const shares = {};
    for (const [method, low, high] of fires ? bounds : bounds.map(open)) shares[method] = [low, high];
    return { rule, fires: settled, shares };
  };

  const share = (found, method) => found.shares[method] ?? [0, 0];
  const settledShare = (found, method) => {
    const [low, high] = share(found, method);
    return Math.max(low, Math.min(0, high));
  };

  const leadOf = (found, method, rival) => {
    const [own, other] = [share(found, method), share(found, rival)];
    const steps = found.rule.ramp?.steps ?? {};
    if (method in steps || rival in steps) return [own[0] - other[1], own[1] - other[0]];
    const lead = (found.rule.effects[method] ?? 0) - (found.rule.effects[rival] ?? 0);
    return found.fires ? [lead, lead] : [Math.min(0, lead), Math.max(0, lead)];
  };

  const tally = (rules, findings) => {
    const tallies = {};
    for (const method of rules.methods) {
      const vetoes = findings.filter((found) => found.rule.veto?.includes(method));
      const vetoed = vetoes.some((found) => found.fires);
      tallies[method] = {
        method,
        score: sum(findings.map((found) => settledShare(found, method))),
        fired: sum(findings.map((found) => (found.fires ? share(found, method)[0] : 0))),
        feasible: vetoed ? false : vetoes.length ? null : true,
      };
    }
    return tallies;
  };

  const greatest = (entries) =>
    entries.reduce((best, entry) => (best && best.score >= entry.score ? best : entry), null);

  const possible = (entries) => entries.filter((entry) => entry.feasible !== false);

  const leaningOf = (rules, tallies, best, full, margin) => {
    if (!best && full.feasible === false) return "infeasible";
    const fewShot = tallies[rules.few_shot];
    const trained = possible(rules.settings.trained.map((method) => tallies[method]));
    const lead = fewShot.score - greatest(trained).score;
    if (fewShot.feasible !== false && lead >= rules.settings.do_not_train) return "do_not_train";
    if (!best) return "full_fine_tuning";
    return margin === null || margin > 0 ? "prompt_tuning" : "full_fine_tuning";
  };

  /* Few-shot prompting surely leads every trained method; null where it may. */
  const notTrained = (rules, tallies, leads) => {
    const fewShot = tallies[rules.few_shot], needed = rules.settings.do_not_train;
    if (fewShot.feasible === false) return false;
    const trained = possible(rules.settings.trained.map((method) => tallies[method]));
    const bounds = trained.map((entry) => leads(fewShot, entry));
    if (fewShot.feasible && bounds.every(([low]) => low >= needed)) return true;
    return trained.some((entry, i) => entry.feasible && bounds[i][1] < needed) ? false : null;
  };

  const reachableOf = (rules, tallies, leads, soft) => {
    const full = tallies[rules.full], open = possible(soft);
    const certain = open.filter((entry) => entry.feasible);
    if (!open.length && full.feasible === false) return new Set(["infeasible"]);
    const found = new Set();
    const bounds = new Map(open.map((entry) => [entry, leads(entry, full)]));
    if (open.length && (full.feasible !== true || open.some((entry) => bounds.get(entry)[1] > 0)))
      found.add("prompt_tuning");
    if (full.feasible !== false && !certain.some((entry) => bounds.get(entry)[0] > 0))
      found.add("full_fine_tuning");
    if (!certain.length && full.feasible !== true) found.add("infeasible");
    const not = notTrained(rules, tallies, leads);
    if (not === true)
      return new Set(["do_not_train", ...[...found].filter((one) => one === "infeasible")]);
    if (not === null) found.add("do_not_train");
    return found;
  };

  const contest = (rules, tallies, findings) => {
    const unsettled = findings.filter((found) => !found.fires);
    const leads = (one, other) => {
      const spans = unsettled.map((found) => leadOf(found, one.method, other.method));
      const fired = one.fired - other.fired;
      return [fired + sum(spans.map(([low]) => low)), fired + sum(spans.map(([, high]) => high))];
    };
    const soft = rules.settings.soft.map((method) => tallies[method]);
    const best = greatest(possible(soft)), full = tallies[rules.full];
    const margin = best && full.feasible !== false ? best.score - full.score : null;
    const leaning = leaningOf(rules, tallies, best, full, margin);
    const reachable = unsettled.length
      ? reachableOf(rules, tallies, leads, soft)
      : new Set([leaning]);
    return { leaning, reachable, variant: best ? best.method : null, margin };
  };

  /* The share of the log-odds that counts: all of it where the method was measured, less where few
   * published studies are near. */
  const keptOf = (rules, method, values) => {
    const { near, settings } = rules;
    if (isKnown(values[near.measured[method]])) return 1;
    const parameters = values[near.facts.parameters], examples = values[near.facts.examples];
    let studies = 0;
    if (typeof parameters === "number" && typeof examples === "number") {
      const moved = values[near.facts.transferred] === true ? 1 : 0;
      const apart = (left, right) =>
        Math.abs(Math.log10(Math.max(left, 1) / Math.max(right, 1)));
      studies = near.lists[near.rows[method][moved]].filter((rows) =>
        rows.some(([size, data]) =>
          apart(size, parameters) <= settings.decades && apart(data, examples) <= settings.decades)
      ).length;
    }
    const share = Math.min(studies / settings.enough_studies, 1);
    return settings.kept_alone + share * (1 - settings.kept_alone);
  };

  const believedLead = (rules, state, findings, values) => {
    if (state.margin === null || state.variant === null) return null;
    const quality = sum(
      findings.filter((found) => found.rule.quality)
        .map((found) => settledShare(found, state.variant))
    );
    const lead = state.margin - quality * (1 - keptOf(rules, state.variant, values));
    return lead * state.margin > 0 ? Math.min(Math.abs(lead), Math.abs(state.margin)) : 0;
  };

  const statusOf = (rules, state, lead) => {
    if (state.reachable.size > 1) return "undetermined";
    if (state.leaning === "infeasible" || state.leaning === "do_not_train") return state.leaning;
    return lead !== null && lead < rules.settings.too_close ? "too_close" : "decided";
  };

  const probability = (decibans) => 1 / (1 + Math.pow(10, -decibans / 10));

  const alternativeOf = (rules, chosen, tallies) => {
    const sides = [rules.full, ...rules.settings.soft];
    const others = rules.methods.filter((method) => !sides.includes(method));
    const best = greatest(possible(others.map((method) => tallies[method])));
    if (!best || !chosen) return best ? best.method : null;
    const lead = best.score - tallies[chosen].score;
    return lead >= rules.settings.alternative ? best.method : null;
  };

  /* The two methods whose margin the reasons explain, the chosen one first. */
  const comparedOf = (rules, state, tallies) => {
    if (state.leaning === "do_not_train") {
      const trained = rules.settings.trained.map((method) => tallies[method]);
      return [rules.few_shot, greatest(possible(trained)).method];
    }
    if (state.variant === null || state.leaning === "infeasible") return null;
    return state.leaning === "prompt_tuning"
      ? [state.variant, rules.full] : [rules.full, state.variant];
  };

  const byText = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

  const reasonsOf = (findings, compared) => {
    if (!compared) return [];
    return findings
      .map((found) => ({
        rule: found.rule.label,
        effect: settledShare(found, compared[0]) - settledShare(found, compared[1]),
      }))
      .filter((reason) => reason.effect !== 0)
      .sort((one, other) =>
        Math.abs(other.effect) - Math.abs(one.effect) || byText(one.rule, other.rule));
  };

  /* The answer on values by fact: definite ones, ranges, several choices, null for unknown.
   * Unknown facts are bounded rule by rule, so "undetermined" can be too careful, never wrong. */
  const judge = (rules, values) => {
    const { findings, levels } = assess(rules, values);
    const tallies = tally(rules, findings);
    const state = contest(rules, tallies, findings);
    const lead = believedLead(rules, state, findings, values);
    const status = statusOf(rules, state, lead);
    const side = ["infeasible", "do_not_train"].includes(state.leaning) ? null : state.leaning;
    const chosen = side === rules.full ? rules.full : side ? state.variant : null;
    const compared = comparedOf(rules, state, tallies);
    return {
      status,
      recommendation: side,
      variant: state.variant,
      confidence: side === null ? null
        : lead === null ? rules.settings.vetoed_rival : probability(lead),
      alternative: alternativeOf(rules, chosen, tallies),
      vetoedRival: state.margin === null,
      compared,
      margin: compared ? tallies[compared[0]].score - tallies[compared[1]].score : null,
      scores: Object.fromEntries(rules.methods.map((method) => [method, tallies[method].score])),
      feasible: Object.fromEntries(rules.methods.map((method) => [method, tallies[method].feasible])),
      reasons: reasonsOf(findings, compared),
      vetoes: findings.filter((found) => found.rule.veto && found.fires)
        .map((found) => found.rule.label),
      levels,
    };
  };

  return { load, judge };
})();
if (typeof module !== "undefined") module.exports = AdvisorJudge;
