import { interleave } from "./interleave.mjs";
import { agent, agentText, ipAddress, moment, page, person, visitorText } from "./people.mjs";

/** @typedef {import("./random.mjs").Random} Random */

const CONVERSATIONS_OF_UNIT = 4;

/**
 * Webhook events of a few Smartsupp conversations (REST API v2), mixed as they arrive: opened, the replies, joins,
 * closed, sometimes rated. Each event keeps its place within its own conversation.
 *
 * @param {Random} random
 * @param {number} index
 */
export function smartsuppEventUnit(random, index) {
  const streams = Array.from({ length: CONVERSATIONS_OF_UNIT }, (_, member) =>
    conversationEvents(random, index * CONVERSATIONS_OF_UNIT + member),
  );
  return { records: interleave(random, streams), conversations: CONVERSATIONS_OF_UNIT };
}

/** @param {Random} random @param {number} index */
function conversationEvents(random, index) {
  const visitor = person(random);
  const helper = agent(random);
  const state = new Conversation(random, index, visitor, `ag${helper.id}demo`);
  state.emit("conversation.opened", { conversation: state.object("open") });
  state.reply("contact", visitorText(random, visitor));
  state.emit("conversation.agent_joined", { conversation_id: state.id, agent_id: state.agentId });
  for (let left = random.between(1, 5); left > 0; left--) {
    if (random.chance(50)) state.reply("agent", agentText(random));
    else state.reply("contact", visitorText(random, visitor));
  }
  state.emit("conversation.closed", {
    conversation: state.object("closed"),
    close_type: "agent_close",
    agent_id: state.agentId,
  });
  if (random.chance(30)) {
    const rating = random.between(1, 5);
    state.emit("conversation.rated", {
      conversation: state.object("closed"),
      rating_value: rating,
      rating_text: "Díky!",
    });
  }
  return state.records;
}

class Conversation {
  /**
   * @param {Random} random
   * @param {number} index
   * @param {import("./people.mjs").Person} visitor
   * @param {string} agentId
   */
  constructor(random, index, visitor, agentId) {
    /** @type {string[]} */
    this.records = [];
    this.random = random;
    this.visitor = visitor;
    this.agentId = agentId;
    this.id = `co${String(index).padStart(9, "0")}`;
    this.messages = 0;
    this.now = moment(random);
    this.createdAt = iso(this.now);
    this.lastText = "";
    this.location = {
      ip: ipAddress(random),
      code: visitor.countryCode,
      country: visitor.country,
      city: visitor.city,
    };
    this.page = page(random).url;
  }

  /** @param {string} event @param {object} data */
  emit(event, data) {
    const envelope = {
      type: "event_callback",
      event,
      timestamp: iso(this.now),
      account_id: "881987",
      app_id: "ap0demo00",
      data,
    };
    this.records.push(JSON.stringify(envelope));
    this.now += this.random.between(700, 60_000);
  }

  /** @param {"contact" | "agent"} by @param {string} text */
  reply(by, text) {
    this.lastText = text;
    const message = this.message(by, text);
    this.emit(`conversation.${by}_replied`, { conversation: this.object("served"), message });
  }

  /** @param {"contact" | "agent"} by @param {string} text */
  message(by, text) {
    const at = iso(this.now);
    return {
      id: `ms${this.id.slice(2)}x${String(++this.messages).padStart(3, "0")}`,
      ext_id: null,
      created_at: at,
      updated_at: at,
      type: "message",
      sub_type: by,
      conversation_id: this.id,
      visitor_id: by === "contact" ? `vi${this.id.slice(2)}` : null,
      agent_id: by === "agent" ? this.agentId : null,
      trigger_id: null,
      trigger_name: null,
      content: { type: "text", text, data: null },
      is_reply: by === "agent",
      is_first_reply: false,
      is_offline: false,
      is_offline_reply: false,
      response_time: by === "agent" ? this.random.between(1, 90) : null,
      attachments: [],
      page_url: this.page,
      delivery_status: "delivered",
      delivered_at: at,
    };
  }

  /** @param {string} status */
  object(status) {
    const at = iso(this.now);
    return {
      id: this.id,
      ext_id: null,
      status,
      unread: false,
      created_at: this.createdAt,
      updated_at: at,
      finished_at: status === "closed" ? at : null,
      channel: { type: "default", id: null },
      contact_id: `ct${this.id.slice(2)}`,
      visitor_id: `vi${this.id.slice(2)}`,
      agent_ids: [this.agentId],
      assigned_ids: [this.agentId],
      group_id: null,
      rating_value: null,
      rating_text: null,
      domain: "shop.example.com",
      referer: null,
      is_offline: false,
      is_served: status !== "open",
      variables: { plan: "pro", orders: this.messages },
      location: this.location,
      last_message: { text: this.lastText, created_at: at },
      tags: [],
    };
  }
}

/** @param {number} epochMs */
function iso(epochMs) {
  return new Date(epochMs).toISOString();
}
