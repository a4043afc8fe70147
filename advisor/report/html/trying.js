"use strict";
/* Judges the case again when a control is changed. All text is set as text, never as markup. */
(() => {
  const part = document.getElementById("what-if");
  const source = document.getElementById("advisor-trying");
  if (!part || !source) return;
  const data = JSON.parse(source.textContent);
  const rules = AdvisorJudge.load(data.rules);
  const offered = AdvisorOffered.load(rules, data.offered);
  const element = (id) => document.getElementById(id);
  const knobs = offered.knobs.map((_, i) => element("try-" + i));
  const direct = offered.direct.map((_, i) => element("try-direct-" + i));

  const made = (name, text, attributes = {}) => {
    const one = document.createElement(name);
    if (text !== undefined) one.textContent = text;
    Object.entries(attributes).forEach(([key, value]) => one.setAttribute(key, value));
    return one;
  };

  const rowOf = (cells) => {
    const row = made("tr");
    cells.forEach((cell, i) =>
      row.append(i ? made("td", cell, { class: "n" }) : made("th", cell, { scope: "row" })));
    return row;
  };

  const tableOf = (columns, rows) => {
    const table = made("table"), head = made("tr");
    columns.forEach((column, i) =>
      head.append(made("th", column, i ? { scope: "col", class: "n" } : { scope: "col" })));
    const [top, body] = [made("thead"), made("tbody")];
    top.append(head);
    body.append(...rows);
    table.append(top, body);
    return table;
  };

  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  const signed = (number) => (number > 0 ? "+" : "") + number;

  const changes = () => {
    const found = {};
    offered.direct.forEach(({ fact, values }, i) => {
      const place = Number(direct[i].value);
      if (place >= 0) found[fact] = values[place];
    });
    return found;
  };

  const judged = (chosen) => {
    const values = AdvisorOffered.values(offered, chosen, changes());
    return values && AdvisorJudge.judge(rules, values);
  };

  const sureOf = (confidence) => {
    const [, word] = rules.settings.words.filter(([from]) => confidence >= from).pop() ?? [0, ""];
    return "confidence " + Math.round(100 * confidence) + "%, " + word;
  };

  const adviceOf = ({ status, recommendation, variant, alternative }) => {
    const side = recommendation === rules.full ? rules.full : recommendation && variant;
    const method = status === "do_not_train" ? rules.few_shot : alternative ?? side;
    return data.advice[method ? status : "none"].replace("{name}", data.names[method]);
  };

  const sentenceOf = (answer) => {
    const { status, recommendation, variant, confidence, alternative } = answer;
    const alone = status === "infeasible" || status === "do_not_train";
    const side = recommendation === rules.full ? rules.full : recommendation ? variant : "";
    const vetoed = recommendation && answer.vetoedRival ? "vetoed" : "";
    const first = data.first[alone ? status : [status, side, vetoed].join("|")];
    const sure = confidence === null ? first : first.replace("{sure}", sureOf(confidence));
    if (alternative === null || status === "do_not_train") return sure;
    const kind = recommendation === null ? "none"
      : status === "undetermined" ? "undetermined" : "other";
    return sure + " " + data.second[kind].replace("{name}", capital(data.names[alternative]));
  };

  const roundly = (number) => Number(number.toPrecision(2)).toLocaleString("en");

  const duration = (hours) =>
    60 * hours < 1 ? "under 1 min"
      : hours < 1 ? roundly(60 * hours) + " min"
      : hours < 48 ? roundly(hours) + " h" : roundly(hours / 24) + " days";

  const wordsOf = { memory_gib: (gib) => roundly(gib) + " GiB", hours: duration };

  const spanOf = (ends, words) => {
    const [low, high] = ends.map((end) => end === null ? null : words(end));
    if (low === null) return "not known";
    return high === null ? "at least " + low : low === high ? low : low + " to " + high;
  };

  const scoresOf = (answer, estimates) =>
    rules.methods
      .slice()
      .sort((one, other) =>
        (answer.feasible[one] === false) - (answer.feasible[other] === false) ||
        answer.scores[other] - answer.scores[one] || (one < other ? -1 : 1))
      .map((method) => rowOf([
        capital(data.names[method]),
        answer.feasible[method] === false ? "no"
          : answer.feasible[method] ? "yes" : "not known",
        ...Object.entries(estimates).map(([kind, of]) =>
          method in of ? spanOf(of[method], wordsOf[kind]) : "-"),
        signed(answer.scores[method]),
      ]));

  /* What a rule says; one that is written for several methods names its own. */
  const claimOf = (label) => {
    const [code, method] = label.split(/[[\]]/);
    return capital(rules.claims[code].replace("{}", data.names[method]));
  };

  const waterfallOf = (answer) => {
    let total = 0;
    const rows = answer.reasons.map(({ rule, effect }) => {
      total += effect;
      const row = rowOf([rule, signed(effect), signed(total)]);
      row.firstChild.append(made("span", " " + claimOf(rule), { class: "plain" }));
      return row;
    });
    return tableOf(["Rule", "Decibans", "Together"], rows);
  };

  const vetoesOf = (answer) => {
    const list = made("ul");
    list.append(...answer.vetoes.map((rule) => made("li", "Ruled out by " + rule + ": " + claimOf(rule))));
    return list;
  };

  const letterOf = (answer) =>
    data.letters[answer ? answer.status + "|" + (answer.recommendation ?? "") : "contradiction|"];

  const textOf = (number, place) => {
    const control = knobs[number];
    return control.dataset.options ? JSON.parse(control.dataset.options)[place]
      : control.options[place].textContent;
  };

  /* Sizes across, examples upwards, everything else as chosen. */
  const mapOf = (chosen) => {
    const [size, examples] = ["model.parameters", "data.train_examples"]
      .map((fact) => offered.knobs.findIndex((knob) => knob.fact === fact));
    const columns = offered.knobs[size].settings.map((_, place) => textOf(size, place));
    const rows = offered.knobs[examples].settings.map((_, up) =>
      rowOf([
        textOf(examples, up),
        ...columns.map((_, across) => {
          const one = chosen.slice();
          [one[size], one[examples]] = [across, up];
          const here = across === chosen[size] && up === chosen[examples];
          return letterOf(judged(one)) + (here ? " " + data.here : "");
        }),
      ])).reverse();
    return tableOf(["Examples", ...columns], rows);
  };

  const show = () => {
    const chosen = knobs.map((control) => Number(control.value));
    knobs.forEach((control, i) => {
      if (!control.dataset.options) return;
      const text = textOf(i, chosen[i]);
      element(control.id + "-now").textContent = text;
      control.setAttribute("aria-valuetext", text);
    });
    const answer = judged(chosen);
    const sentence = answer ? sentenceOf(answer)
      : "These values contradict each other, so there is no answer.";
    element("try-advice").textContent = answer ? adviceOf(answer) : "";
    element("try-sentence").textContent = sentence;
    element("try-scores").replaceChildren();
    element("try-waterfall").replaceChildren();
    if (answer) {
      if (answer.vetoes.length) element("try-waterfall").append(vetoesOf(answer));
      const estimates = AdvisorOffered.estimates(offered, chosen);
      const told = Object.keys(estimates).map((kind) => data.kinds[kind]);
      element("try-scores").append(
        tableOf(["Method", "Feasible", ...told, "Score"], scoresOf(answer, estimates)));
      if (answer.compared) {
        const [one, other] = answer.compared.map((method) => data.names[method]);
        element("try-waterfall").append(
          made("p", capital(one) + " against " + other + ": " + signed(answer.margin) + " decibans in all."),
          waterfallOf(answer));
      }
    }
    element("try-open").hidden = !answer || answer.status !== "undetermined";
    element("try-map").replaceChildren(mapOf(chosen));
  };

  element("try-form").addEventListener("input", show);
  element("try-form").addEventListener("reset", () => setTimeout(show));
  element("try-form").addEventListener("submit", (event) => event.preventDefault());
  part.hidden = false;
  show();
})();
