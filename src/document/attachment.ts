/** The name of the attachment that holds the conversation. */
export const ATTACHMENT_NAME = "conversation.json";
