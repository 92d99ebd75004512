import { encodedReport } from "../../enclosures/encoded-report.ts";
import type { WhereToLook } from "../../enclosures/look-inside.ts";
import { jtel } from "../../formats/jtel/index.ts";
import type { TargetFormat } from "../../formats/types.ts";
import type { JsonObject } from "../../json/value.ts";
import type { Conversation } from "../../model/conversation.ts";
import { reportMissing } from "../report-maker.ts";
import { profiledJtel } from "./jtel-writer.ts";
import { loadProfile, withProfileFaults } from "./load-profile.ts";
import { type ExportSettings, exportValues } from "./of-profile.ts";

/** What a conversion from or to report exports works with. */
export interface OpenExport {
  /** The target, with the body of the profile where it is jtel's format. */
  readonly to: TargetFormat;
  readonly where: WhereToLook;
  /** Absent where the target is another format. */
  readonly finish?: (conversation: Conversation) => Promise<JsonObject>;
}

/**
 * @param path  Of the profile; without one the default body is written, and PDFs are looked for everywhere.
 * @throws {UsageError} For a profile that cannot be used.
 */
export async function openReportExport(
  path: string | undefined,
  to: TargetFormat,
  settings: ExportSettings,
): Promise<OpenExport> {
  const profile = path === undefined ? undefined : await loadProfile(path);
  const values = await exportValues(settings, profile);
  const { format, pdfPointers } =
    profile === undefined
      ? { format: jtel, pdfPointers: undefined }
      : await withProfileFaults(profile, () =>
          profiledJtel(profile, values, { zone: settings.zone, isWritten: to.id === jtel.id }),
        );
  const where = pdfPointers === undefined ? {} : { pointers: pdfPointers };
  if (to.id !== format.id) return { to, where };
  const maker = await values.maker();
  return {
    to: {
      ...format,
      write(conversation, context) {
        reportMissing(maker, conversation, context.report);
        return format.write!(conversation, context);
      },
    },
    where,
    finish: async (conversation) =>
      format.withReport!(conversation, encodedReport(await maker.make(conversation))),
  };
}
