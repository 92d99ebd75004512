import type { TimeZone } from "../../model/time.ts";
import type { ExportValues, ReportMaker } from "../../plan/export-values.ts";
import type { Profile } from "../../profile/profile.ts";
import type { ReportBytes } from "../../template/report-export.ts";
import { profileText } from "./load-profile.ts";

export interface ExportSettings {
  readonly zone: TimeZone;
  readonly reportBytes: ReportBytes;
  /** See `openReportMaker`. */
  readonly fontPaths: readonly string[];
}

/**
 * What templates can name of a report export: the values of the profile, where there is one, and the report itself. What
 * makes PDFs is loaded when a first report is made.
 *
 * @throws {UsageError} For a file of the profile, or a font, that cannot be used.
 */
export async function exportValues(
  settings: ExportSettings,
  profile: Profile | undefined,
): Promise<ExportValues> {
  const { zone, reportBytes, fontPaths } = settings;
  const { clientsId, xmlTemplate, chatConnector = {}, pdata = {} } = profile ?? {};
  let opened: Promise<ReportMaker> | undefined;
  const maker = () => {
    opened ??= import("../report-maker.ts").then((room) =>
      room.openReportMaker(fontPaths, zone, chatConnector),
    );
    return opened;
  };
  if (fontPaths.length > 0) await maker();
  return {
    ...(clientsId === undefined ? {} : { clientsId }),
    chatConnector,
    pdata,
    ...(xmlTemplate === undefined
      ? {}
      : { xmlTemplate: await profileText(profile!, xmlTemplate, "xmlTemplate") }),
    reportBytes,
    maker,
  };
}
