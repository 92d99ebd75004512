/** Invented people, shops and sentences. Addresses are those reserved for documentation (RFC 2606, RFC 5737). */

/** @typedef {import("./random.mjs").Random} Random */

/**
 * @typedef {object} Person
 * @property {string} name
 * @property {string} email
 * @property {string} city
 * @property {string} country
 * @property {string} countryCode
 * @property {string} locale
 * @property {readonly string[]} sentences What somebody of that language writes.
 */

const SENTENCES = {
  cs: [
    "Dobrý den, kdy mi prosím přijde objednávka č. {n}?",
    "Balík ještě nedorazil, přestože je označen jako „doručeno“.",
    "Děkuji, počkám do pátku.",
    "Platba kartou neprošla, zkoušel jsem to už třikrát.",
    "Můžete mi poslat fakturu znovu na e-mail?",
    "Rád bych zboží vrátil – je pro mě příliš malé.",
  ],
  de: [
    "Guten Tag, können Sie prüfen, wo die Bestellung {n} bleibt?",
    "Die Größe passt leider nicht, ich möchte sie zurückschicken.",
    "Wie lange dauert die Rückerstattung?\nIch warte schon seit zwei Wochen.",
    "Danke für die schnelle Hilfe!",
    "Auf der Rechnung steht eine falsche Straße.",
    'Der Gutscheincode "SOMMER-{n}" wird nicht angenommen.',
  ],
  fr: [
    "Bonjour, je n'ai pas reçu ma commande n° {n}.",
    "Est-il possible de changer l'adresse de livraison ?",
    "Très bien, merci beaucoup et à bientôt !",
    "Le colis était abîmé à l'arrivée, j'ai pris des photos.",
    "Où puis-je télécharger la facture ?",
  ],
  pl: [
    "Dzień dobry, kiedy wyślecie zamówienie {n}?",
    "Nie mogę się zalogować na swoje konto.",
    "Dziękuję, już działa 👍",
    "Proszę o zwrot pieniędzy na to samo konto.",
    "Czy ten model jest dostępny w kolorze żółtym?",
  ],
  en: [
    "Hello, my order {n} has not arrived yet.",
    "The tracking page shows an error: C:\\parcel\\{n} not found.",
    "Is the blue one back in stock next week?",
    "Great, that solves it. Thank you!",
    "I was charged twice; see https://shop.example.com/orders/{n} please.",
    "Could you resend the invoice to my new address?",
    "ok",
    "yes, that's the one",
  ],
};

/** @type {readonly { locale: string, language: keyof typeof SENTENCES, country: string, code: string, cities: readonly string[], first: readonly string[], last: readonly string[] }[]} */
const REGIONS = [
  {
    locale: "cs_CZ",
    language: "cs",
    country: "Czech Republic",
    code: "CZ",
    cities: ["Plzeň", "České Budějovice", "Zlín"],
    first: ["Žofie", "Ondřej", "Šárka", "Jiří", "Tereza"],
    last: ["Vzorová", "Příkladný", "Ukázková", "Dvořáček"],
  },
  {
    locale: "de_DE",
    language: "de",
    country: "Germany",
    code: "DE",
    cities: ["Köln", "Münster", "Görlitz", "Kassel"],
    first: ["Jörg", "Käthe", "Lukas", "Annegret"],
    last: ["Mustermann", "Beispielhäuser", "Grünwald", "Weiß"],
  },
  {
    locale: "fr_FR",
    language: "fr",
    country: "France",
    code: "FR",
    cities: ["Besançon", "Nîmes", "Lille"],
    first: ["Zoé", "François", "Hélène", "Luc"],
    last: ["Exemple", "Dupré-Modèle", "Lefèvre"],
  },
  {
    locale: "pl_PL",
    language: "pl",
    country: "Poland",
    code: "PL",
    cities: ["Łódź", "Gdańsk", "Kraków"],
    first: ["Małgorzata", "Paweł", "Zofia"],
    last: ["Przykładowa", "Wzorcowski", "Żak"],
  },
  {
    locale: "en_GB",
    language: "en",
    country: "United Kingdom",
    code: "GB",
    cities: ["Leeds", "York", "Cardiff"],
    first: ["Alice", "Robert", "Zadie", "Owen"],
    last: ["Sample", "O'Testing", "Placeholder"],
  },
];

const AGENT_SENTENCES = [
  "Thank you for waiting, I am looking at order {n} now.",
  "The parcel left our warehouse yesterday – it should arrive within two days.",
  "I have sent the invoice again; please check your spam folder too.",
  "You can follow it here: https://shop.example.com/track/{n}",
  "Bitte nennen Sie mir noch die Bestellnummer, dann schaue ich sofort nach.",
  "Děkuji za trpělivost, částku {n} Kč jsme právě vrátili.",
  "Is there anything else I can do for you? 😊",
  'Step 1: open "Settings".\nStep 2: choose "Addresses".\nStep 3: press "Save".',
];

const AGENTS = ["Nora Beispiel", "Tomáš Ukázka", "Jean Modèle", "Ida Sample", "Zuzana Malá"];

/**
 * @param {Random} random
 * @returns {Person}
 */
export function person(random) {
  const region = random.pick(REGIONS);
  return {
    name: `${random.pick(region.first)} ${random.pick(region.last)}`,
    email: `${random.token(8)}@example.com`,
    city: random.pick(region.cities),
    country: region.country,
    countryCode: region.code,
    locale: region.locale,
    sentences: SENTENCES[region.language],
  };
}

/** @param {Random} random @returns {{ id: number, name: string }} */
export function agent(random) {
  const index = random.below(AGENTS.length);
  return { id: 3 + index, name: /** @type {string} */ (AGENTS[index]) };
}

/**
 * One message of a visitor: short ones are the most frequent, as in real chats.
 *
 * @param {Random} random
 * @param {Person} visitor
 */
export function visitorText(random, visitor) {
  return sentences(random, visitor.sentences, random.chance(70) ? 1 : random.between(2, 4));
}

/** @param {Random} random */
export function agentText(random) {
  return sentences(random, AGENT_SENTENCES, random.chance(60) ? 1 : random.between(2, 3));
}

/**
 * @param {Random} random
 * @param {readonly string[]} list
 * @param {number} count
 */
function sentences(random, list, count) {
  let text = "";
  for (let index = 0; index < count; index++) {
    text += (index > 0 ? " " : "") + random.pick(list).replace("{n}", String(random.between(1000, 99999)));
  }
  return text;
}

/** @param {Random} random */
export function ipAddress(random) {
  return `${random.pick(["192.0.2.", "198.51.100.", "203.0.113."])}${random.between(1, 254)}`;
}

const USER_AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
  "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
];

/** @param {Random} random */
export function userAgent(random) {
  return random.pick(USER_AGENTS);
}

const PAGES = [
  ["", "Úvod · Obchod"],
  ["cart", "Košík · Obchod"],
  ["delivery", "Lieferung & Rückgabe · Shop"],
  ["contact", "Contact · Boutique"],
  ["sale/winter", "Zimní výprodej – až 50 % · Obchod"],
  ["account/orders", "Meine Bestellungen · Shop"],
];

/** @param {Random} random */
export function page(random) {
  const [path, title] = /** @type {[string, string]} */ (random.pick(PAGES));
  return { url: `https://shop.example.com/${path}?ref=${random.token(6)}`, title };
}

/** A moment of 2023 or 2024 in epoch milliseconds; one in eight is a whole second. @param {Random} random */
export function moment(random) {
  const seconds = 1672531200 + random.below(63072000);
  return seconds * 1000 + (random.chance(12) ? 0 : random.below(1000));
}
